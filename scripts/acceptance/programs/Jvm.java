import java.util.ArrayList;
import java.util.HashMap;

/** A map of arrays. KEEP_KIB is how much it keeps besides. */
public class Jvm {
	public static void main(String[] args) {
		var map = new HashMap<Integer, byte[]>();
		for (int i = 0; i < 60_000; i++) map.put(i, new byte[100 + i % 300]);
		var kept = new ArrayList<byte[]>();
		for (int i = Integer.parseInt(System.getenv().getOrDefault("KEEP_KIB", "0")); i > 0; i--) kept.add(new byte[1008]);
		System.out.println(map.size() + " " + kept.size());
	}
}
