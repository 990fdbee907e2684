"""Reads files made from hostile text with other people's parsers, and tells what of them is live.

read.py FOLDER: every folder in it holds the files of one payload. Prints JSON: how many files of each kind were read, and a line for every
finding. HTML by html.parser, SVG and the parts of workbooks by expat, workbooks by openpyxl where it is there, messages by email, CSV by
csv, names by os.stat.
"""

import csv
import email
import email.policy
import html.parser
import io
import json
import os
import pathlib
import re
import stat
import sys
import xml.etree.ElementTree as xml
import zipfile

try:
    import openpyxl
except ImportError:
    openpyxl = None

RUNS = {"script", "iframe", "object", "embed", "link", "base", "form", "input", "button", "video", "audio", "foreignobject", "animate", "set", "use", "image"}
# What our own mail says to Outlook for Windows alone, word for word.
OUTLOOK = set(re.findall(r"<!--\[if mso\].*?-->", (pathlib.Path(__file__).parents[2] / "report_templates/mail_card.html").read_text("utf-8")))
CELL_FORMULA = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}f"
LEADS = {"href", "src", "action", "formaction", "xlink:href", "srcset", "poster", "background", "data", "ping"}
PICTURE = {"svg", "title", "desc", "g", "path", "rect", "circle", "line", "polyline", "polygon", "text", "tspan"}
HEADERS = {
    "date", "from", "to", "subject", "message-id", "in-reply-to", "references", "reply-to", "auto-submitted", "x-auto-response-suppress",
    "precedence", "list-id", "mime-version", "content-type",
}
STARTS = tuple("=+-@\t\r\n＝＋－＠")
HOME = "https://cards.example.com/"


class Page(html.parser.HTMLParser):
    """What of a page could run, fetch or send."""

    def __init__(self, is_mail):
        super().__init__(convert_charrefs=True)
        self.is_mail, self.live, self.styles, self.in_style, self.open_svg = is_mail, [], 0, False, 0

    def handle_starttag(self, tag, attrs):
        if tag in RUNS:
            self.live.append(f"<{tag}>")
        if tag == "style":
            self.styles, self.in_style = self.styles + 1, True
        for key, value in attrs:
            self.attribute(tag, key, value or "")

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag):
        self.in_style = self.in_style and tag != "style"

    def handle_decl(self, decl):
        if decl.lower() != "doctype html":
            self.live.append(f"<!{decl[:60]}>")

    def handle_comment(self, data):
        if not (self.is_mail and f"<!--{data}-->" in OUTLOOK):
            self.live.append(f"<!--{data[:60]}-->")

    def handle_pi(self, data):
        self.live.append(f"<?{data[:60]}>")

    def unknown_decl(self, data):
        self.live.append(f"<![{data[:60]}]>")

    def attribute(self, tag, key, value):
        place = value.strip().lower()
        is_ours = place.startswith("#") or (not re.match(r"[a-z][a-z0-9+.-]*:", place) and not place.startswith(("//", "\\")))
        if self.is_mail:
            is_ours = place.startswith("cid:" if key == "src" else HOME)
        if key.startswith("on") or key == "srcdoc" or (key in LEADS and not is_ours):
            self.live.append(f"<{tag} {key}={value[:80]!r}>")
        if key == "style" and re.search(r"url\(|expression|@import|behavior", place):
            self.live.append(f"<{tag} style={value[:80]!r}>")
        if tag == "meta" and key == "content" and place.startswith(("0;", "1;")):
            self.live.append(f"<meta {value[:80]!r}>")


def of_html(text, is_mail=False):
    page = Page(is_mail)
    page.feed(text)
    page.close()
    most = 0 if is_mail else 1
    return page.live + ([f"{page.styles} <style>"] if page.styles > most else [])


def of_svg(text):
    live = []
    for node in xml.fromstring(text).iter():
        tag = node.tag.rpartition("}")[2]
        live += [f"<{tag}> in a picture"] if tag not in PICTURE else []
        live += [f"{key} in a picture" for key in node.attrib if key.lower().startswith("on") or key.lower().endswith("href")]
    return live


def of_workbook(path):
    live = []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if re.search(r"vba|external|embed|activex|\.\.|^/", name.lower()):
                live.append(f"part {name}")
            if name.endswith((".xml", ".rels")):
                whole = [node.tag for node in xml.fromstring(archive.read(name)).iter()]
                tags = [tag.rpartition("}")[2] for tag in whole]
                live += [f"<{tag}> in {name}" for tag in ("hyperlink", "oleObject", "ddeLink", "script") if tag in tags]
                # A sparkline names its cells in an <f> of another namespace.
                live += [f"<f> in {name}" for tag in whole if tag == CELL_FORMULA]
    if openpyxl:
        book = openpyxl.load_workbook(path)
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                live += [f"{sheet.title}!{c.coordinate}: {c.value!r}" for c in row if c.data_type == "f" or c.hyperlink]
    return live


def of_message(data):
    message = email.message_from_bytes(data, policy=email.policy.default)
    names = [name.lower() for name in message.keys()]
    live = [f"header {name}" for name in names if name not in HEADERS]
    live += [f"header {name} twice" for name in set(names) if names.count(name) > 1]
    live += [f"{name} in two lines" for name in ("subject", "from", "to") if re.search(r"[\r\n]", str(message[name]))]
    live += [f"defect {defect!r}" for part in message.walk() for defect in part.defects]
    if [a.addr_spec for a in message["to"].addresses] != ["reader@example.com"]:
        live.append(f"to {message['to']}")
    kinds = [part.get_content_type() for part in message.walk() if not part.is_multipart()]
    if sorted(set(kinds)) not in (["text/html", "text/plain"], ["image/png", "text/html", "text/plain"]):
        live.append(f"parts {kinds}")
    for part in message.walk():
        if part.get_content_type() == "text/html":
            live += of_html(part.get_content(), is_mail=True)
    return live


def is_formula(cell):
    # Excel and LibreOffice take a blank before it for text; not every reader does.
    bare = cell.lstrip("\ufeff\" \u00a0\u3000")
    return bare.startswith(STARTS) and not re.fullmatch(r"[+-]?[\d.,eE+-]+", bare)


def of_csv(text, separators):
    live = []
    for separator in separators:
        for row in csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=separator):
            live += [f"formula {cell[:60]!r}" for cell in row if is_formula(cell)]
    return live


def of_name(folder, path):
    name, mode = os.path.relpath(path, folder), os.lstat(path).st_mode
    is_plain = re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", name)
    is_inside = os.path.realpath(path).startswith(os.path.realpath(folder) + os.sep)
    return [] if is_plain and is_inside and stat.S_ISREG(mode) else [f"the name {name!r}"]


def found_in(path, counts):
    kind = path.rpartition(".")[2]
    with open(path, "rb") as file:
        data = file.read()
    counts[kind] = counts.get(kind, 0) + 1
    if kind == "html":
        text = data.decode()
        pictures = re.findall(r"<svg\b.*?</svg>", text, re.S)
        counts["svg"] = counts.get("svg", 0) + len(pictures)
        return of_html(text) + [f for picture in pictures for f in of_svg(picture)]
    if kind == "xlsx":
        return of_workbook(path)
    if kind == "eml":
        return of_message(data)
    if kind == "csv" and not path.endswith("measures.csv"):  # that one is for programs: text as it is
        return of_csv(data.decode(), ",;" if path.endswith("-excel.csv") else ",")
    if kind == "json":
        json.loads(data)
    if kind in ("txt", "md"):
        text = data.decode()
        return ["a control character"] if re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text) else []
    return []


def main():
    counts, live, payloads = {}, [], 0
    for entry in sorted(os.scandir(sys.argv[1]), key=lambda e: e.name):
        payloads += 1
        for folder, _, files in os.walk(entry.path):
            for name in files:
                path = os.path.join(folder, name)
                try:
                    found = of_name(entry.path, path) + found_in(path, counts)
                except Exception as error:  # What a parser refuses is a finding, not a crash.
                    found = [f"{type(error).__name__}: {error}"]
                live += [f"{entry.name}/{os.path.relpath(path, entry.path)}: {f}" for f in found]
    print(json.dumps({"payloads": payloads, "files": counts, "openpyxl": openpyxl is not None, "live": live}))


main()
