"""Makes the two fonts of the PNG charts from Source Sans 3 (OFL): subset, tabular figures by default, renamed as the licence asks."""
import sys
from fontTools.ttLib import TTFont
from fontTools import subset

# Latin with Vietnamese, modern Greek, Cyrillic, the signs and shapes our charts and desks' names use.
RANGES = [(0x20, 0x7E), (0xA0, 0x17F), (0x18F, 0x18F), (0x192, 0x192), (0x1A0, 0x1A1), (0x1AF, 0x1B0), (0x1CD, 0x1DC), (0x1E6, 0x1E7), (0x218, 0x21B),
          (0x259, 0x259), (0x2BB, 0x2BC), (0x2C6, 0x2DD), (0x300, 0x304), (0x306, 0x30C), (0x31B, 0x31B), (0x323, 0x323), (0x327, 0x328),
          (0x386, 0x3CE), (0x400, 0x45F), (0x490, 0x493), (0x49A, 0x49B), (0x4A2, 0x4A3), (0x4AE, 0x4B1), (0x4D8, 0x4D9), (0x4E8, 0x4E9),
          (0x1E80, 0x1E85), (0x1E9E, 0x1E9E), (0x1EA0, 0x1EF9), (0x2009, 0x2015), (0x2018, 0x2026), (0x202F, 0x203A), (0x2070, 0x2089),
          (0x20A9, 0x20AC), (0x20B4, 0x20BD), (0x2116, 0x2116), (0x2122, 0x2122), (0x2190, 0x2199), (0x2206, 0x2206), (0x2212, 0x2212),
          (0x221E, 0x221E), (0x2248, 0x2248), (0x2260, 0x2265), (0x25A0, 0x25A1), (0x25B2, 0x25BD), (0x25C6, 0x25CF), (0x2605, 0x2606), (0xFFFD, 0xFFFD)]

def make(source, target, weight):
    font = TTFont(source, recalcTimestamp=False)
    # Figures of one width, as on the pages: columns of values stand under each other.
    tables = [t for t in font['cmap'].tables if t.isUnicode()]
    single = {}
    for record in font['GSUB'].table.FeatureList.FeatureRecord:
        if record.FeatureTag == 'tnum':
            for i in record.Feature.LookupListIndex:
                for st in font['GSUB'].table.LookupList.Lookup[i].SubTable:
                    st = getattr(st, 'ExtSubTable', st)
                    single.update(getattr(st, 'mapping', {}))
    for t in tables:
        for c in list(range(0x30, 0x3a)):
            if t.cmap.get(c) in single:
                t.cmap[c] = single[t.cmap[c]]
    options = subset.Options()
    options.layout_features = ['kern', 'mark', 'mkmk', 'ccmp', 'locl']
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.name_languages = [0x409]
    options.drop_tables += ['DSIG', 'STAT', 'meta']
    s = subset.Subsetter(options)
    s.populate(unicodes=[c for a, b in RANGES for c in range(a, b + 1)])
    s.subset(font)
    for r in font['name'].names:
        text = {1: 'Deskcard Sans', 2: weight, 3: f'Deskcard Sans {weight}', 4: f'Deskcard Sans {weight}', 6: f'DeskcardSans-{weight}'}.get(r.nameID)
        if text: r.string = text
    font.save(target)
    cmap = font.getBestCmap()
    print(target, len(cmap), [chr(c) for c in range(0x25a0,0x2600) if c in cmap], {c: font['hmtx'][cmap[ord(c)]][0] for c in '0123456789'}, [ (hex(ord(c)),c) for c in '≥≤−→↑…·φ′σ–—‰€£±×≈◆●○■▲▼\u2009\u202f\u00a0²' if ord(c) not in cmap])

make(*sys.argv[1:4])
