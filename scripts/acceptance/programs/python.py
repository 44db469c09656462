# Dictionaries, JSON and counting, with the randomised hashes that Python has by default. KEEP_KIB is how much
# it keeps besides, in small objects.
import collections
import json
import os

table = {f"key-{i}": list(range(i % 9)) for i in range(40_000)}
copy = json.loads(json.dumps(table))
counts = collections.Counter(letter for key in table for letter in key)
words = {key.encode() for key in table}
extra = int(os.environ.get("KEEP_KIB", "0"))
# 80 bytes an object of its own, in the interpreter's arenas, and 8 in the list.
kept = [bytes(47) for i in range(extra * 1024 // 88)]
print(len(copy), counts["k"], len(words), len(kept))
