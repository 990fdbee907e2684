"""Makes the page's fonts: Source Sans 3 in two weights, cut to what pages need, as TTF (pictures) and WOFF2 (pages).

    pip install fonttools brotli && npm pack @expo-google-fonts/source-sans-3@0.4.1 && tar xf *.tgz
    python make_fonts.py package

The licence reserves the name "Source" for the unchanged font, so this one has a name of its own. Three things differ:
only Latin letters, figures, punctuation and the signs of verdicts are kept; the em is 6 % smaller, so that letters look as
large as those of system fonts at the same size; and the shapes of verdicts are drawn anew, as large as capitals and the hollow ones
with one rim (Source Sans has them smaller, and no hollow diamond).
Figures are all equally wide as they are. The same package and the same fonttools give the same bytes.
"""

import base64
import io
import math
import os
import sys
from pathlib import Path

from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FAMILY = "Deskcard Sans"
WEIGHTS = {400: ("400Regular", "Regular"), 600: ("600SemiBold", "SemiBold")}
EM = 940  # of 1000: see above

# Latin 1, Latin Extended-A, the commas below of Romanian, the hooks of Vietnamese o and u, punctuation, signs.
KEPT = [
    *range(0x20, 0x7F), *range(0xA0, 0x180), 0x192, 0x1A0, 0x1A1, 0x1AF, 0x1B0, *range(0x218, 0x21C), 0x2BC, 0x2C6, 0x2DA, 0x2DC,
    0x3BC, 0x3C3, 0x3C6, 0x1E9E, *range(0x1EA0, 0x1EFA), 0x2009, *range(0x2010, 0x2016), *range(0x2018, 0x201F), 0x2020, 0x2022,
    0x2026, 0x202F, 0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x2044, 0x20AC, 0x2122, *range(0x2190, 0x2194), 0x2212, 0x221A, 0x2248,
    0x2260, 0x2264, 0x2265, 0x25A0, 0x25A1, 0x25AA, 0x25B2, 0x25B3, 0x25B6, 0x25BC, 0x25BD, 0x25C6, 0x25C7, 0x25CB, 0x25CF,
]

# Pictures cannot fall back to a font of the reader's: Greek, Cyrillic and what else Source Sans has.
IN_PICTURES = [
    *KEPT, 0x18F, *range(0x1CD, 0x1DD), 0x1E6, 0x1E7, 0x259, 0x2BB, *range(0x2C6, 0x2DE), *range(0x300, 0x305), *range(0x306, 0x30D), 0x31B,
    0x323, 0x327, 0x328, *range(0x386, 0x3CF), *range(0x400, 0x460), *range(0x490, 0x494), 0x49A, 0x49B, 0x4A2, 0x4A3, *range(0x4AE, 0x4B2),
    0x4D8, 0x4D9, 0x4E8, 0x4E9, *range(0x1E80, 0x1E86), *range(0x2009, 0x203B), *range(0x2070, 0x208A), *range(0x20A9, 0x20AD),
    *range(0x20B4, 0x20BE), 0x2116, *range(0x2190, 0x219A), 0x2206, 0x221E, *range(0x2260, 0x2266), *range(0x25B2, 0x25BE),
    *range(0x25C6, 0x25D0), 0x2605, 0x2606, 0xFFFD,
]


# Shapes of verdicts: corners around the middle, in units of half the height of a capital; None is a circle.
DIAMOND, TRIANGLE, SQUARE = [(0, 1.04), (1.04, 0), (0, -1.04), (-1.04, 0)], [(0, 1), (1.08, -0.87), (-1.08, -0.87)], [(-0.83, 0.83), (0.83, 0.83), (0.83, -0.83), (-0.83, -0.83)]
SHAPES = {
    0x25CF: (None, False), 0x25CB: (None, True), 0x25C6: (DIAMOND, False), 0x25C7: (DIAMOND, True), 0x25B2: (TRIANGLE, False),
    0x25B3: (TRIANGLE, True), 0x25A0: (SQUARE, False), 0x25A1: (SQUARE, True),
}
CIRCLE = 0.92  # its radius, so that it looks as large as the others


def polygon(pen, points):
    pen.moveTo(points[0])
    for point in points[1:]:
        pen.lineTo(point)
    pen.closePath()


def circle(pen, middle, radius, is_hole):
    """Sixteen quadratic arcs: within a thousandth of the radius of a circle."""
    x, y = middle
    turn = -1 if is_hole else 1
    at = lambda step, r: (x + r * math.sin(turn * step * math.pi / 16), y + r * math.cos(turn * step * math.pi / 16))
    pen.moveTo(at(0, radius))
    for step in range(1, 32, 2):
        pen.qCurveTo(at(step, radius / math.cos(math.pi / 16)), at(step + 1, radius))
    pen.closePath()


def inner(corners, rim):
    """The corners of a convex polygon, its sides moved inwards by `rim`."""
    moved = []
    for k, (x, y) in enumerate(corners):
        (ax, ay), (bx, by) = corners[k - 1], corners[(k + 1) % len(corners)]
        one, two = math.hypot(x - ax, y - ay), math.hypot(bx - x, by - y)
        n1, n2 = ((y - ay) / one, -(x - ax) / one), ((by - y) / two, -(bx - x) / two)
        scale = rim / (1 + n1[0] * n2[0] + n1[1] * n2[1])
        moved.append((x + (n1[0] + n2[0]) * scale, y + (n1[1] + n2[1]) * scale))
    return moved


def draw_shapes(font):
    """The shapes of verdicts, all as wide as each other."""
    cmap, half = font.getBestCmap(), font["OS/2"].sCapHeight / 2 * 0.98
    middle, width, rim = (half * 1.3, font["OS/2"].sCapHeight / 2), round(half * 2.6), 66 if font["OS/2"].usWeightClass == 400 else 84
    for code, (corners, is_hollow) in SHAPES.items():
        pen = TTGlyphPen(None)
        if corners is None:
            circle(pen, middle, half * CIRCLE, False)
            if is_hollow:
                circle(pen, middle, half * CIRCLE - rim, True)
        else:
            placed = [(middle[0] + x * half, middle[1] + y * half) for x, y in corners]
            polygon(pen, placed)
            if is_hollow:
                polygon(pen, inner(placed, rim)[::-1])
        name = cmap.get(code, f"uni{code:04X}")
        if name not in font.getGlyphOrder():
            font.setGlyphOrder([*font.getGlyphOrder(), name])
        font["glyf"][name] = pen.glyph(round=round)
        font["hmtx"][name] = (width, 0)
        font["glyf"][name].recalcBounds(font["glyf"])
        font["hmtx"][name] = (width, font["glyf"][name].xMin)
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[code] = name


def rename(font, weight, style):
    """Its own name everywhere; who made it and under which licence stays."""
    names = font["name"]
    names.names = [n for n in names.names if n.nameID in (0, 5, 8, 9, 11, 13, 14) and n.platformID == 3]
    full = f"{FAMILY} {style}"
    own = {1: FAMILY if weight == 400 else full, 2: "Regular", 3: f"{full} for deskcard", 4: full, 6: full.replace(" ", ""), 16: FAMILY, 17: style}
    for name_id, text in own.items():
        names.setName(text, name_id, 3, 1, 0x409)


def made(package, weight, kept):
    folder, style = WEIGHTS[weight]
    font = TTFont(package / folder / f"SourceSans3_{folder}.ttf", recalcTimestamp=False)
    draw_shapes(font)
    options = Options()
    options.layout_features = ["kern", "ccmp", "mark", "mkmk", "tnum"]
    options.hinting = False
    options.name_IDs = ["*"]
    options.notdef_outline = True
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=kept)
    subsetter.subset(font)
    rename(font, weight, style)
    font["head"].unitsPerEm = EM
    return font


def saved(font, flavor):
    font.flavor = flavor
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


def face(weight, woff2):
    data = base64.b64encode(woff2).decode()
    return f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; src: url(data:font/woff2;base64,{data}) format("woff2"); }}\n'


def main():
    package, here = Path(sys.argv[1]), Path(__file__).parent
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    faces = ""
    for weight, (_, style) in WEIGHTS.items():
        (here / f"DeskcardSans-{style}.ttf").write_bytes(saved(made(package, weight, IN_PICTURES), None))
        faces += face(weight, saved(made(package, weight, KEPT), "woff2"))
    (here.parent / "fonts.css").write_text(faces)
    print(f"fonts.css: {len(faces)} bytes")


main()
