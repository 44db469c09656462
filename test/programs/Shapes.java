import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Shapes leak|flat|warm-up|sawtooth: a Java program whose memory takes one of these courses. */
public final class Shapes {
	private static final List<byte[]> KEPT = new ArrayList<>();
	private static final Map<Integer, byte[]> CACHE = new HashMap<>();

	/** Requests that come and go: objects that live for a moment. */
	private static int churn(int step) {
		List<String> work = new ArrayList<>();
		for (int index = 0; index < 1000; index++)
			work.add("request " + step + " " + index);
		return work.size();
	}

	public static void main(String[] arguments) throws InterruptedException {
		String course = arguments.length > 0 ? arguments[0] : "flat";
		for (int step = 0;; step++) {
			churn(step);
			switch (course) {
				case "leak" -> KEPT.add(new byte[150 * 1024]);
				case "warm-up" -> CACHE.put(step % 400, new byte[128 * 1024]);
				case "sawtooth" -> {
					KEPT.add(new byte[1024 * 1024]);
					if (KEPT.size() > 80) {
						KEPT.clear();
						System.gc();
					}
				}
				default -> {
				}
			}
			Thread.sleep(50);
		}
	}
}
