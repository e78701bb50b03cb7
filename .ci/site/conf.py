"Sphinx's settings; build.py copies this file beside the pages that it prepares, and a warning ends the build."
import ast
import importlib
import inspect
import io
import re
import sys
import tokenize
from functools import cache

project = "minigpt"
author = "minigpt authors"
copyright = "2026 onwards, minigpt authors"
extensions = ["myst_nb", "sphinx.ext.autodoc"]
exclude_patterns = ["assets", "downloads", "nbs/app", "nbs/tests", "nbs/tools"]

nb_execution_mode = "off"                      # what is shown are the committed outputs
nb_render_markdown_format = "gfm"              # outputs in Markdown are tables
nb_ipywidgets_js = {"widgets.js": {}, "vendor/require.js": {}, "vendor/embed-amd.js": {}}
myst_enable_extensions = ["amsmath", "dollarmath", "html_image"]
myst_heading_anchors = 4
mathjax_path = "vendor/mathjax/tex-svg.js"
mathjax3_config = {"svg": {"fontCache": "global"}}     # MyST adds which elements are maths

autodoc_default_options = {"members": True, "undoc-members": True, "member-order": "bysource", "no-value": True}
autodoc_preserve_defaults = True               # the signature as it is written, not the value's repr
autodoc_typehints_format = "short"
maximum_signature_line_length = 90
add_module_names = False
toc_object_entries = False                     # with them the build takes half as long again; module_page lists the names

html_theme = "sphinx_book_theme"
html_title = "minigpt"
html_static_path = ["_static"]
html_favicon = "_static/favicon.svg"
html_css_files = ["site.css"]
html_extra_path = ["extra"]
html_theme_options = {"show_toc_level": 2, "max_navbar_depth": 2, "navbar_persistent": [], "use_fullscreen_button": False, "home_page_in_toc": True}

@cache
def comments(module: str) -> dict[str, str]:
    "The comment at the end of the line of every assignment in a module or class: {full name: comment}. Fields of dataclasses are documented so."
    source = inspect.getsource(importlib.import_module(module))
    ends = {token.start[0]: token.string.lstrip("# ") for token in tokenize.generate_tokens(io.StringIO(source).readline) if token.type == tokenize.COMMENT}
    found = {}
    def look(body, prefix):
        for node in body:
            if isinstance(node, ast.ClassDef): look(node.body, f"{prefix}.{node.name}")
            targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
            found.update({f"{prefix}.{t.id}": ends.get(node.end_lineno, "") for t in targets if isinstance(t, ast.Name)})
    look(ast.parse(source).body, module)
    return found

def as_rst(text: str) -> str:
    "A docstring, plain text with code in backticks, for a reader of reStructuredText: ``code`` is code, and nothing else is markup."
    parts = re.split(r"(`+)(.+?)\1", text)      # text, backticks, code, text, …
    plain = [re.sub(r"([\\*_|:])", r"\\\1", part) for part in parts[::3]]
    code = [f"``{part}``" for part in parts[2::3]]
    # a literal must stand apart from the letters around it: "\ " is an empty break
    for i in range(len(code)):
        if plain[i] and not plain[i][-1].isspace(): plain[i] += "\\ "
        if plain[i + 1] and not plain[i + 1][0].isspace(): plain[i + 1] = "\\ " + plain[i + 1]
    return "".join(a + b for a, b in zip(plain, [*code, ""]))

def process_docstring(app, what, name, obj, options, lines):
    if what in ("data", "attribute"):          # what autodoc has found is the docstring of int or dict
        parts = name.split(".")
        module = next(m for n in range(len(parts), 0, -1) if (m := ".".join(parts[:n])) in sys.modules)
        lines[:] = [comments(module).get(name, "")]
    lines[:] = as_rst("\n".join(lines)).splitlines()

def setup(app):
    app.connect("autodoc-process-docstring", process_docstring)
