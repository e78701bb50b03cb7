"""Build the course as a static site in _docs/html: pages from the committed notebooks, every script on the spot, every reference checked.

Nothing is executed. `--external` also asks each address that pages link to, which needs a network."""
import argparse
import base64
import hashlib
import html.parser
import importlib
import inspect
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
import urllib.parse
import urllib.request
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WIDGET, STATE = "application/vnd.jupyter.widget-view+json", "application/vnd.jupyter.widget-state+json"

# --- scripts ---

def vendor(cache: Path, static: Path):
    "Put the files that vendor.json lists into `static`. Packages come from npm once, are kept in `cache`, and must have the listed SHA-512."
    for name, package in json.loads((HERE / "vendor.json").read_text(encoding="utf-8")).items():
        algorithm, _, wanted = package["integrity"].partition("-")
        kept = cache / (re.sub(r"\W+", "-", name).strip("-") + ".tgz")
        if not kept.exists():
            cache.mkdir(parents=True, exist_ok=True)
            if not shutil.which("npm"): sys.exit("make site needs npm, which fetches the scripts for maths and widgets: install Node.js 18 or later (on Debian and Ubuntu: apt-get install -y npm)")
            done = subprocess.run(["npm", "pack", "--silent", name], cwd=cache, capture_output=True, text=True)
            if done.returncode: sys.exit(f"npm could not fetch {name}; a package index must be reachable:\n{done.stderr.strip()}")
            (cache / done.stdout.split()[-1]).rename(kept)
        content = kept.read_bytes()
        got = base64.b64encode(hashlib.new(algorithm, content).digest()).decode()
        if got != wanted:
            kept.unlink()
            sys.exit(f"{name} is not the package that was chosen: expected {algorithm}-{wanted}, got {algorithm}-{got}. Look into it before changing vendor.json")
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            for member in archive.getmembers():
                path = member.name.partition("/")[2]
                for source, targets in package["files"].items():
                    if not member.isfile() or path != source and not path.startswith(source + "/"): continue
                    content = archive.extractfile(member).read()
                    for target in [targets] if isinstance(targets, str) else targets:      # the widgets look for their fonts in either of two folders
                        to = static / (target + path[len(source):])
                        to.parent.mkdir(parents=True, exist_ok=True)
                        to.write_bytes(stay_here(content) if to.suffix == ".js" else content)

def stay_here(script: bytes) -> bytes:
    """A script whose fallbacks on the internet are gone: what isn't on the site is then missing, which the tests see, and not fetched from elsewhere.

    Widgets also ask for MathJax 2 by its `Hub`, which MathJax 3 does not have; no label here has maths."""
    return re.sub(rb"https://(cdn\.jsdelivr\.net/npm|fonts\.googleapis\.com)/", b"not-on-this-site/", script).replace(b"MathJax.Hub.Queue", b"MathJax.Hub?.Queue")

# --- pages ---

def page_of(notebook: dict, links: str) -> dict:
    """A notebook as its page shows it: without nbdev's marks, with `links` under the title, and with a picture or a sentence where
    a widget's state wasn't saved."""
    known = notebook["metadata"].get("widgets", {}).get(STATE, {}).get("state", {})
    cells = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            source = re.sub(r"\A(#\|.*\n?)+", "", source).lstrip("\n")
            if not source or '"google.colab" in sys.modules' in source: continue      # set-up, which a page has no use for
            cell = {**cell, "outputs": [part for output in cell["outputs"] for part in shown(output, known)]}
        cells.append({**cell, "source": source})
    title = next(i for i, cell in enumerate(cells) if cell["cell_type"] == "markdown")
    cells[title] = {**cells[title], "source": cells[title]["source"].rstrip() + f"\n\n{links}\n"}
    return {**notebook, "cells": cells}

def shown(output: dict, known: dict) -> list[dict]:
    "An output as its page has it: controls with a sentence on why they do not move anything here."
    data = output.get("data", {})
    if WIDGET not in data: return [output]
    still = {"output_type": "display_data", "metadata": {}, "data": {"text/markdown": "*These controls need a running kernel: download the notebook and run it, and the picture follows them.*"}}
    if data[WIDGET]["model_id"] in known: return [output, still]
    static = {kind: value for kind, value in data.items() if kind.startswith(("image/", "text/html", "text/markdown"))}
    return [{**output, "data": static}, still] if static else [still]

def title_of(notebook: dict) -> str:
    return next(m[1] for cell in notebook["cells"] if cell["cell_type"] == "markdown" and (m := re.match(r"# (.+)", "".join(cell["source"]))))

def write(path: Path, text: str):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")

def tree(caption: str, entries) -> str:
    return "\n".join(["```{toctree}", ":hidden:", f":caption: {caption}", "", *(f"{title} <{page}>" if title else page for title, page in entries), "```", "", ""])

def prepare(source: Path, root: Path = ROOT):
    "Write into `source` what Sphinx reads: pages, originals to download, settings and scripts."
    from minigpt.app.judging import handed_out, lessons, read_notebook
    from minigpt.app.student import student_version, write_notebook
    for folder in ("nbs", "assets"):
        shutil.copytree(root / folder, source / folder, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    shutil.copytree(root / "assets", source / "extra" / "assets")      # for pictures that the README names in HTML
    for name in ("conf.py", "_static/site.css", "_static/widgets.js", "_static/favicon.svg"): write(source / name, (HERE / Path(name).name).read_text(encoding="utf-8"))
    vendor(root / "_docs" / "npm", source / "_static" / "vendor")

    groups = {"Lessons": [p.relative_to(root) for p in lessons(root / "nbs")]}
    for name in ("labs", "guides"): groups[name.capitalize()] = sorted(p.relative_to(root) for p in (root / "nbs" / name).glob("*.ipynb"))
    trees, with_answers = [], set(handed_out(root / "nbs"))
    for group, paths in groups.items():
        entries = []
        for path in paths:
            notebook, up = json.loads((root / path).read_text(encoding="utf-8")), "../" * (len(path.parts) - 1)
            (source / "downloads" / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(root / path, source / "downloads" / path)
            links = f"[Download this notebook](path:{up}downloads/{path.as_posix()})"
            if root / path in with_answers:
                student = Path("downloads/student") / path.name
                (source / student).parent.mkdir(exist_ok=True)
                write_notebook(student_version(read_notebook(root / path)), source / student)
                links += f" · [student version, without the answers](path:{up}{student.as_posix()})"
            write(source / path, json.dumps(page_of(notebook, links), ensure_ascii=False))
            number = f"{path.name[:2]} · " if group == "Lessons" else ""
            entries.append((number + title_of(notebook), path.with_suffix("").as_posix()))
        trees.append(tree(group, entries))
    trees.append(tree("Reference", [*drawings(source, root), ("The folder data/", "data/README"), *api(source, root)]))
    write(source / "data/README.md", (root / "data/README.md").read_text(encoding="utf-8"))
    for name in ("LICENSE", "CONTRIBUTING.md"):
        if (root / name).exists(): shutil.copy(root / name, source / name)
    # a notebook that is no page, such as a test, is offered as a file
    pages = {p.as_posix() for paths in groups.values() for p in paths}
    readme = re.sub(r"\]\(([\w./-]+\.ipynb)\)", lambda m: m[0] if m[1] in pages else f"](path:{m[1]})", (root / "README.md").read_text(encoding="utf-8"))
    write(source / "index.md", readme + "\n" + "".join(trees))

def drawings(source: Path, root: Path) -> list[tuple[str, str]]:
    "A page with every drawing in assets/, by its own title and description; nothing where there is none."
    text = ""
    for path in sorted((root / "assets").glob("*.svg")):
        drawing = ElementTree.parse(path).getroot()
        said = {name: " ".join((drawing.findtext(f"{{*}}{name}") or "").split()) for name in ("title", "desc")}
        title = said["title"] or path.stem.replace("_", " ").capitalize()
        text += f"\n## {title}\n\n[![{(said['desc'] or title).translate({91: 40, 93: 41})}](assets/{path.name})](assets/{path.name})\n"
    if not text: return []
    write(source / "maps.md", "# Maps and formulas\n" + text)
    return [("", "maps")]

def api(source: Path, root: Path) -> list[tuple[str, str]]:
    "Three pages that list the modules, and a page for each module, from docstrings."
    made = {}
    for path in (root / "nbs").rglob("*.ipynb"):
        if not {".ipynb_checkpoints", "tests"} & set(path.parts) and (m := re.search(r"#\| *default_exp +([\w.]+)", path.read_text(encoding="utf-8"))): made[m[1]] = path.relative_to(root)
    made.pop("__main__", None)
    for name in sorted(made): write(source / "api" / f"minigpt.{name}.rst", module_page(f"minigpt.{name}", made[name]))
    groups = {"lessons": ("What the lessons build", "The modules that lessons export, in their order: what you read there is what runs."),
              "tools": ("minigpt.tools", "What lessons use and do not teach."),
              "app": ("minigpt.app", "What uses the lessons: the command line and its parts.")}
    for group, (title, said) in groups.items():
        inside = [(path, name) for name, path in made.items() if name.rpartition(".")[0] == (group if group != "lessons" else "")]
        names = [f"   minigpt.{name}" for path, name in sorted(inside)]
        write(source / "api" / f"{group}.rst", "\n".join([title, "=" * len(title), "", said, "", ".. toctree::", "   :maxdepth: 1", "", *names, ""]))
    return [("API: the lessons' modules", "api/lessons"), ("API: minigpt.tools", "api/tools"), ("API: minigpt.app", "api/app")]

def module_page(module: str, notebook: Path) -> str:
    place = "/" + notebook.with_suffix("").as_posix()
    where = f"Lesson :doc:`{place}` builds this module." if notebook.parent.name == "nbs" else f"Its notebook, with examples and tests: :download:`{notebook.as_posix()} <{place}.ipynb>`."
    found = importlib.import_module(module)
    names = getattr(found, "__all__", ())
    inside = ", ".join(f":py:obj:`~{module}.{name}`" for name in names)
    constants = [f".. autodata:: {module}.{name}\n   :no-value:\n" for name in names if not inspect.isclass(thing := getattr(found, name)) and not inspect.isroutine(inspect.unwrap(thing))]      # automodule leaves them out
    return "\n".join([module, "=" * len(module), "", where, "", f"Inside: {inside}", "", f".. automodule:: {module}", "", *constants])

# --- what the pages refer to ---

ELSEWHERE = re.compile(r"(?i)^(https?:)?//")
IN_CSS = re.compile(r"""(?i)url\(\s*['"]?([^'")]+)['"]?\s*\)|@import\s+['"]([^'"]+)""")
IN_SCRIPT = re.compile(r"""(?i)['"`](?P<a>(https?:)?//[^'"`\s]+\.(m?js|css|woff2?|ttf))['"`]|(?P<b>(https?:)?//[\w.-]*(jsdelivr|unpkg|cdnjs|googleapis|gstatic|cloudflare)[\w.-]*/[^'"`\s)]*)""")
IN_SVG = re.compile(r"""(?i)<(?:image|use|script)\b[^>]*?href=['"]([^'"]+)""")

class Page(html.parser.HTMLParser):
    "One page: `ids`, the addresses it `loads` by itself, and those it `links` to."
    def __init__(self, text: str):
        super().__init__()
        self.ids, self.loads, self.links, self.inside, self.base = set(), [], [], None, None
        self.feed(text)

    def handle_starttag(self, tag, pairs):
        attributes = dict(pairs)
        self.ids.update(attributes[name] for name in ("id", "name") if attributes.get(name))
        self.inside = {"style": "style", "script": "script" if "json" not in (attributes.get("type") or "") else None}.get(tag)
        if tag in ("a", "area") and attributes.get("href") is not None: self.links.append(attributes["href"])
        if tag == "link": (self.links if set((attributes.get("rel") or "").split()) & {"next", "prev", "search", "index", "author", "canonical", "help"} else self.loads).append(attributes.get("href", ""))
        self.loads += [attributes[name] for name in ("src", "data", "poster", "background") if attributes.get(name)]
        if tag in ("image", "use"): self.loads += [attributes[name] for name in ("href", "xlink:href") if attributes.get(name)]
        self.loads += [part.split()[0] for part in (attributes.get("srcset") or "").split(", ") if part.strip()]
        self.loads += css_loads(attributes.get("style") or "")

    def handle_startendtag(self, tag, pairs): self.handle_starttag(tag, pairs)
    def handle_endtag(self, tag): self.inside = None
    def handle_data(self, text):
        if self.inside == "style": self.loads += css_loads(text)
        if self.inside == "script": self.loads += script_loads(text)

def css_loads(text: str) -> list[str]: return [a or b for a, b in IN_CSS.findall(re.sub(r"/\*.*?\*/", "", text, flags=re.S))]
def script_loads(text: str) -> list[str]: return [m["a"] or m["b"] for m in IN_SCRIPT.finditer(text)]

def check(folder: Path) -> tuple[list[str], dict[str, str], int]:
    """Look through every page, style sheet, script and drawing in `folder`: (problems, the addresses elsewhere that are linked to and a page of each, references seen).

    A problem names page and target: something loaded from elsewhere, a file that isn't there, or an anchor that its page does not have."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.html"))}
    problems, outside, seen = [], {}, 0
    loads = [(path, target) for path, page in pages.items() for target in page.loads]
    for path in sorted(folder.rglob("*")):
        of = {".css": css_loads, ".js": script_loads, ".svg": lambda text: IN_SVG.findall(text) + css_loads(text)}.get(path.suffix)
        if of and path.is_file(): loads += [(path, target) for target in of(path.read_text(encoding="utf-8"))]

    def resolve(path, target):
        "What is wrong with a reference within the site, if anything is."
        address, _, fragment = target.partition("#")
        if address.startswith("/"): return "begins with /, which only works at the top of a host"
        to = path.parent / urllib.parse.unquote(address.partition("?")[0]) if address else path
        to = Path(os.path.normpath(to))
        if to.is_dir(): to /= "index.html"
        if not to.is_relative_to(folder) or not to.is_file(): return "no such file"
        if fragment and to in pages and urllib.parse.unquote(fragment) not in pages[to].ids: return "no such anchor"

    for path, target in loads + [(path, target) for path, page in pages.items() for target in page.links]:
        seen += 1
        scheme = urllib.parse.urlsplit(target).scheme
        if scheme in ("data", "mailto", "javascript", "blob"): continue
        is_link = path in pages and target in pages[path].links and target not in pages[path].loads
        if ELSEWHERE.match(target) and is_link: outside.setdefault(target.partition("#")[0], path.relative_to(folder).as_posix())
        elif what := "is loaded from elsewhere" if ELSEWHERE.match(target) else resolve(path, target):
            problems.append(f"{path.relative_to(folder).as_posix()}: {target[:120]}: {what}")
    return problems, outside, seen

def unreachable(addresses: dict[str, str]) -> list[str]:
    "Those of the `addresses` that don't answer, with the reason."
    found = []
    for address, page in addresses.items():
        try: urllib.request.urlopen(urllib.request.Request(address, headers={"User-Agent": "Mozilla/5.0 (link check)"}), timeout=20).close()
        except (OSError, ValueError) as error: found.append(f"{page}: {address}: {error}")
    return found

# --- all of it ---

def build(out: Path, root: Path = ROOT):
    "Build the site anew into `out`/html; the process ends with a message where something is wrong."
    from sphinx.cmd.build import build_main
    source, site = out / "source", out / "html"
    for folder in (source, site): shutil.rmtree(folder, ignore_errors=True)
    prepare(source, root)
    if build_main(["-W", "--keep-going", "-q", "-E", "-j", str(min(os.cpu_count() or 1, 4)), "-b", "html", "-d", str(out / "doctrees"), str(source), str(site)]): sys.exit("Sphinx has warned: see above")
    for template in (site / "_static").glob("*webpack-macros.html"): template.unlink()      # the themes', of no use to a reader
    # the theme's download button offers the page's source: let it be the notebook as it is
    for path in (source / "downloads" / "nbs").rglob("*.ipynb"): shutil.copy(path, site / "_sources" / path.relative_to(source / "downloads"))

def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "_docs", help="folder; the site is in its folder html")
    parser.add_argument("--external", action="store_true", help="also ask every address that pages link to")
    a = parser.parse_args(arguments)
    began = time.monotonic()
    build(a.out.resolve())
    problems, outside, seen = check(a.out.resolve() / "html")
    if a.external: problems += unreachable(outside)
    for problem in problems: print(problem)
    if problems: sys.exit(f"{len(problems)} references are broken: see above")
    pages = len(list((a.out / "html").rglob("*.html")))
    print(f"{pages} pages, {seen:,} references checked, {len(outside)} addresses elsewhere linked to{'' if a.external else ' (not asked)'}, {time.monotonic() - began:.0f} s")
    print(f"open {os.path.relpath(a.out / 'html/index.html')}, or serve the folder: python -m http.server --bind 127.0.0.1 --directory {os.path.relpath(a.out / 'html')}")

if __name__ == "__main__": main()
