"Clean the notebooks and export the package; fail where either changes a file, or a module has no notebook."
import re
import subprocess
import sys
from pathlib import Path

root = Path(__file__).resolve().parents[1]

def output(*command):
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout

def contents():
    files = [p for folder in ("nbs", "minigpt") for p in (root / folder).rglob("*") if p.suffix in (".ipynb", ".py") and ".ipynb_checkpoints" not in p.parts]
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in files}

bin_folder = Path(sys.executable).parent
before = contents()
for tool in ("nbdev_clean", "nbdev_export"): output(str(bin_folder / tool))
after = contents()
changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))

exported = {m.group(1).replace(".", "/") for p in (root / "nbs").rglob("*.ipynb") if (m := re.search(r'#\| *default_exp +([\w.]+)', p.read_text(encoding="utf-8")))}
modules = {p.relative_to(root / "minigpt").with_suffix("").as_posix() for p in (root / "minigpt").rglob("*.py")}
orphans = sorted(m for m in modules - exported if not m.endswith(("__init__", "_modidx")))
for name in changed: print(f"changed by nbdev_clean and nbdev_export: {name}")
for name in orphans: print(f"no notebook exports minigpt/{name}.py")
if changed or orphans: sys.exit("the notebooks and the package are not in sync: commit what has changed now")
print(f"in sync: {len(exported)} notebooks with a module")
