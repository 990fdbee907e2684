"""Answers by hand for the scorer. usage: python3 -m unittest discover benches/pollock"""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import score

CLEAN = [["Day", "Price"], ["28/01/2018", "$1.50"], ["29/01/2018", "$2"], ["30/01/2018", "$3"], ["31/01/2018", "$4"]]


class Cells(unittest.TestCase):
    def test_same_value_is_the_same_cell(self) -> None:
        for one, other in [
            ("28/01/2018", "2018-01-28"), ("28/01/2018", "2018-01-28 00:00:00"), ("28/01/2018", "'28/01/2018'"), ("01/02/2018", "2018-01-02"),
            ("09:15", "09:15:00"), ("09:15", "9:15"), ("$48.00", "$48"), ("$48", '"$48'), ("$1,200.50", "$1200.5"), ("$48.50,", "$48.5"),
            ("2", "002"), ("2.0", "2.00"), ("1", "true"), ("Men's Hat", "men's hat"), ("3 mm thickness", "kn 3"),
        ]:
            self.assertEqual(score.normalized(one), score.normalized(other), (one, other))

    def test_other_value_is_another_cell(self) -> None:
        for one, other in [
            ("28/01/2018", "27/01/2018"), ("28/01/2018", "28/01"), ("24:15", "00:15"), ("$48", "48"), ("2", "2.0"), ("1", "01"),
            ("", " "), ("", "null"), ("31/02/2018", "2018-02-31"), ("09:15", " 09:15"),
        ]:
            self.assertNotEqual(score.normalized(one), score.normalized(other), (one, other))


class Files(unittest.TestCase):
    def test_the_clean_rows_score_10_in_any_order_and_spelling(self) -> None:
        self.assertEqual(score.measures(CLEAN, CLEAN), [1.0] * 10)
        self.assertEqual(score.measures(CLEAN, [CLEAN[0], *reversed(CLEAN[1:])]), [1.0] * 10)
        spelt = score.measures(CLEAN, [["DAY", "price"], ["2018-01-28", "$1.5"], *CLEAN[2:]])
        self.assertEqual(spelt[:7], [1.0] * 7)
        self.assertEqual(spelt[7:], [0.6] * 3)  # cells are compared as they are: 6 of 10

    def test_a_missing_row(self) -> None:
        header, records, cells = (1, 1, 1), (3 / 4, 1, 6 / 7), (8 / 10, 1, 8 / 9)
        for got, want in zip(score.measures(CLEAN, CLEAN[:-1]), (1, *header, *records, *cells), strict=True):
            self.assertAlmostEqual(got, want)

    def test_a_lost_header(self) -> None:
        # Its place is taken by the first row: 3 of 4 records, 8 of 10 cells.
        for got, want in zip(score.measures(CLEAN, CLEAN[1:]), (1, 0, 0, 0, 3 / 4, 1, 6 / 7, 8 / 10, 1, 8 / 9), strict=True):
            self.assertAlmostEqual(got, want)

    def test_nothing_to_find_and_nothing_found(self) -> None:
        self.assertEqual(score.measures([], CLEAN), [1.0] * 10)
        self.assertEqual(score.measures(CLEAN, []), [1.0] + [0.0] * 9)


class Folders(unittest.TestCase):
    def test_score_and_ledger(self) -> None:
        """Exact, with a blank line; a row lost and said so; a row changed in silence; refused with a word; exact, yet flagged; rows in
        another order, in silence; an empty file refused with a word."""
        clean = "Day,Price\n28/01/2018,$1.50\n29/01/2018,$2\n"
        loaded: dict[str, str | None] = {"a": clean + "\n", "b": clean.replace("29/01/2018,$2\n", ""), "c": clean.replace("$2", "$20"), "d": None}
        loaded |= {"e": clean, "f": "Day,Price\n29/01/2018,$2\n28/01/2018,$1.50\n", "g": None}
        rejects = {"a": "file,line\n", "b": "file,line\nb,3\n", "d": "file_d is empty\n", "e": "e,1\n", "g": "g,1\n"}
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name in ("csv", "clean", "out"):
                (root / name).mkdir()
            for name, text in loaded.items():
                (root / "csv" / name).touch()
                (root / "clean" / name).write_text("" if name == "g" else clean)
                (root / "out" / name).write_text("Application Error\nno" if text is None else text)
            for name, text in rejects.items():
                (root / "out" / f"{name}.rejects.csv").write_text(text)
            ledger = score.ledger(root, root / "out", root / "out")
            self.assertEqual(ledger, (2, 3, 2, 1, 1, 1, 1 + 1 + 2, 3))
            got = score.score(root, root / "out", dict.fromkeys("abcdefg", 1.0) | {"b": 4.0})
            # The blank line of a is a record to the score: 2 of 3.
            a = 1 + 3 + (1 + 2 / 3 + 4 / 5) + 3
            b = 1 + 3 + (1 / 2 + 1 + 2 / 3) + (4 / 6 + 1 + 4 / 5)
            c = 1 + 3 + 3 / 2 + 3 * 5 / 6
            self.assertAlmostEqual(got.simple, (a + b + c + 0 + 10 + 10 + 0) / 7)
            self.assertAlmostEqual(got.weighted, (a + 4 * b + c + 0 + 10 + 10 + 0) / 10)


if __name__ == "__main__":
    unittest.main()
