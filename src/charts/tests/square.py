"""Makes the font the label tests measure letters with that ours has not: a full square, and three fifths of one for the narrow letters of right-to-left and Indic scripts."""
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import newTable
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

def box(width):
    pen = TTGlyphPen(None)
    pen.moveTo((20, -120))
    for x, y in [(20, 860), (width - 20, 860), (width - 20, -120)]:
        pen.lineTo((x, y))
    pen.closePath()
    return pen.glyph()


fb = FontBuilder(1000, isTTF=True)
fb.setupGlyphOrder(['.notdef', 'square', 'narrow'])
fb.setupCharacterMap({0x4E00: 'square'})
fb.setupGlyf({'.notdef': box(1000), 'square': box(1000), 'narrow': box(620)})
fb.setupHorizontalMetrics({'.notdef': (1000, 20), 'square': (1000, 20), 'narrow': (620, 20)})
fb.setupHorizontalHeader(ascent=880, descent=-120)
fb.setupNameTable({'familyName': 'Deskcard Square', 'styleName': 'Regular'})
fb.setupOS2(sTypoAscender=880, sTypoDescender=-120)
fb.setupPost()
many = CmapSubtable.newSubtable(13)
many.platformID, many.platEncID, many.format, many.reserved, many.length, many.language, many.nGroups = 3, 10, 13, 0, 0, 0, 0
many.cmap = {c: 'narrow' if 0x590 <= c < 0x1100 else 'square' for c in range(0x80, 0x110000) if not 0xD800 <= c < 0xE000 and not 0x300 <= c < 0x370}
table = newTable('cmap'); table.tableVersion = 0; table.tables = [many]
fb.font['cmap'] = table
fb.font['head'].created = fb.font['head'].modified = 0
fb.font.recalcTimestamp = False
fb.save('out/square.ttf')
