"Run every notebook as a test (nbdev_test) and print, last, how many passed and failed."
import os
import re
import subprocess
import sys
from pathlib import Path

root = Path(__file__).resolve().parents[1]
# one thread a process, since several notebooks run at once; absolute paths, since each runs in its own folder
environment = {**os.environ, "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"), "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
asked = root / (sys.argv[sys.argv.index("--path") + 1] if "--path" in sys.argv else "nbs")
notebooks = [p for p in ([asked] if asked.is_file() else sorted(asked.rglob("*.ipynb"))) if ".ipynb_checkpoints" not in p.parts and not p.name.startswith(("_", "."))]
done = subprocess.Popen([str(Path(sys.executable).with_name("nbdev_test")), "--timing", *sys.argv[1:]], cwd=root, env=environment,
                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace")
lines = []
for line in done.stdout:
    print(line, end="", flush=True)
    lines.append(line)
code = done.wait()
# after this line nbdev_test lists the notebooks that failed, one a line
listed = "".join(lines).partition("nbdev Tests Failed On The Following Notebooks:")[2]
failed = {name for name in re.findall(r"([\w.-]+\.ipynb)", listed)}
if code and not failed: sys.exit(f"nbdev_test ended with exit code {code} before it could list notebooks\n0 passed, {len(notebooks)} failed")
print(f"{len(notebooks) - len(failed)} passed, {len(failed)} failed")
sys.exit(1 if failed or code else 0)
