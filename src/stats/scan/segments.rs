//! All combinations of one to three attribute values with rows enough, each once, with its rows.
//!
//! A segment that has the rows of a shorter one (an agent and their team) is left out. Rows come ordered by stratum, as in the table:
//! every sort here is stable.

use super::Condition;
use super::arranged::Arranged;
use super::table::Table;

/// Rows of a value with too few of them.
const DEAD: u32 = u32::MAX;

/// What an enumeration needs: rows by value of each attribute.
#[derive(Debug)]
pub(super) struct Segments<'t> {
    table: &'t Table,
    max_attributes: usize,
    min_units: u64,
    singles: Vec<Single>,
    /// Attributes, those with few live values first.
    by_values: Vec<usize>,
}

/// Rows by value of one attribute.
#[derive(Debug)]
struct Single {
    /// Place of the row's value among the live ones.
    rank: Vec<u32>,
    /// Rows of live values, by value.
    rows: Vec<u32>,
    /// Code and units of each live value.
    values: Vec<(u32, u64)>,
}

/// One segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment<'s> {
    pub(super) attributes: &'s [usize],
    /// The rows of the part.
    pub(super) arranged: &'s Arranged,
    /// Places of its rows, ordered by stratum.
    pub(super) places: &'s [u32],
    /// Their trials.
    pub(super) units: u64,
}

impl Segment<'_> {
    /// Ascending by attribute.
    pub(super) fn conditions(&self, table: &Table) -> Vec<Condition> {
        let code = |attribute: usize| table.codes[attribute][self.arranged.rows[self.places[0] as usize] as usize];
        let mut conditions: Vec<_> = self.attributes.iter().map(|&attribute| Condition { attribute, code: code(attribute) }).collect();
        conditions.sort_unstable();
        conditions
    }
}

/// A part of the enumeration: an attribute alone, or two attributes and every third that has fewer values than both.
///
/// The rows of a pair are read again for every third attribute: the more values the pair has, the fewer rows, and these stay in the cache.
pub(super) type Part = (usize, usize);

impl<'t> Segments<'t> {
    pub(super) fn new(table: &'t Table, max_attributes: usize, min_units: u64) -> Self {
        let singles: Vec<Single> = (0..table.codes.len()).map(|attribute| Single::new(table, attribute, min_units)).collect();
        let mut by_values: Vec<usize> = (0..singles.len()).collect();
        by_values.sort_by_key(|&attribute| singles[attribute].values.len());
        Self { table, max_attributes, min_units, singles, by_values }
    }

    pub(super) fn parts(&self) -> Vec<Part> {
        let attributes = self.by_values.len();
        let place = |at: usize| self.by_values[at];
        let second = |a: usize| if self.max_attributes == 1 { a..a + 1 } else { a..attributes };
        (0..attributes).flat_map(|a| second(a).map(move |b| (place(a), place(b)))).collect()
    }

    /// Calls what `make` makes of the rows of a part with each of its segments, always in the same order.
    pub(super) fn visit<S: FnMut(&Segment)>(&self, (a, b): Part, make: impl FnOnce(&Arranged) -> S) {
        let single = &self.singles[a];
        if a == b {
            let arranged = Arranged::new(self.table, single.rows.clone());
            return self.visit_single(a, &arranged, &mut make(&arranged));
        }
        let second = &self.singles[b];
        let arranged = Arranged::new(self.table, sorted_by(&second.rows, &single.rank, single.values.len()));
        let mut see = make(&arranged);
        let pairs = self.visit_pairs(a, b, &arranged, &mut see);
        if self.max_attributes == 3 && !pairs.units.is_empty() {
            let mut room = vec![(0, 0); *pairs.start.last().unwrap_or(&0) as usize];
            let mut places = vec![0; room.len()];
            for &c in self.by_values.iter().take_while(|&&c| c != a) {
                self.deal(c, &pairs, &mut room);
                places.iter_mut().zip(&room).for_each(|(place, dealt)| *place = dealt.0);
                self.visit_triples([a, b, c], &pairs, (&room, &places), &arranged, &mut see);
            }
        }
    }

    fn visit_single(&self, a: usize, arranged: &Arranged, see: &mut impl FnMut(&Segment)) {
        let single = &self.singles[a];
        let places: Vec<u32> = (0..single.rows.len() as u32).collect();
        let rank = |place: u32| single.rank[single.rows[place as usize] as usize];
        for places in places.chunk_by(|&x, &y| rank(x) == rank(y)) {
            let (_, units) = single.values[rank(places[0]) as usize];
            if units < self.all_units() {
                see(&Segment { attributes: &[a], arranged, places, units });
            }
        }
    }

    fn visit_pairs(&self, a: usize, b: usize, arranged: &Arranged, see: &mut impl FnMut(&Segment)) -> Pairs {
        let (first, second) = (&self.singles[a], &self.singles[b]);
        let sorted: Vec<u32> = (0..arranged.rows.len() as u32).collect();
        let row = |place: u32| arranged.rows[place as usize] as usize;
        let mut pairs = Pairs { at: vec![(DEAD, 0); self.table.rows()], start: vec![0], units: Vec::new() };
        let is_same = |&x: &u32, &y: &u32| {
            let (x, y) = (row(x), row(y));
            first.rank[x] == first.rank[y] && second.rank[x] == second.rank[y]
        };
        for places in sorted.chunk_by(is_same) {
            let units = arranged.trials_of(places);
            let (x, y) = (first.rank[row(places[0])], second.rank[row(places[0])]);
            let is_shorter = units == first.values[x as usize].1 || units == second.values[y as usize].1;
            if units < self.min_units || is_shorter {
                continue;
            }
            see(&Segment { attributes: &[a, b], arranged, places, units });
            places.iter().for_each(|&place| pairs.at[row(place)] = (pairs.units.len() as u32, place));
            pairs.units.push(units);
            pairs.start.push(pairs.start[pairs.start.len() - 1] + places.len() as u32);
        }
        pairs
    }

    /// Deals the rows of each pair by the value of a third attribute: their places and that value's rank.
    fn deal(&self, c: usize, pairs: &Pairs, room: &mut [(u32, u32)]) {
        let third = &self.singles[c];
        let mut next = pairs.start.clone();
        for &row in &third.rows {
            let (id, place) = pairs.at[row as usize];
            if id != DEAD {
                room[next[id as usize] as usize] = (place, third.rank[row as usize]);
                next[id as usize] += 1;
            }
        }
        // What a pair has of values with too few rows.
        for (&next, &end) in next.iter().zip(&pairs.start[1..]) {
            room[next as usize..end as usize].fill((0, DEAD));
        }
    }

    fn visit_triples(
        &self,
        attributes: [usize; 3],
        pairs: &Pairs,
        (room, places): (&[(u32, u32)], &[u32]),
        arranged: &Arranged,
        see: &mut impl FnMut(&Segment),
    ) {
        for (id, &pair_units) in pairs.units.iter().enumerate() {
            let mut start = pairs.start[id] as usize;
            for dealt in room[start..pairs.start[id + 1] as usize].chunk_by(|x, y| x.1 == y.1) {
                let places = &places[start..start + dealt.len()];
                start += dealt.len();
                let units = arranged.trials_of(places);
                if dealt[0].1 != DEAD && units >= self.min_units && units < pair_units {
                    see(&Segment { attributes: &attributes, arranged, places, units });
                }
            }
        }
    }

    fn all_units(&self) -> u64 {
        u64::from(self.table.unit_start[self.table.rows()])
    }
}

/// Pairs of values that live.
#[derive(Debug)]
struct Pairs {
    /// Which pair a row has, and its place.
    at: Vec<(u32, u32)>,
    /// Rows before each pair, and all.
    start: Vec<u32>,
    /// Trials of each pair.
    units: Vec<u64>,
}

impl Single {
    fn new(table: &Table, attribute: usize, min_units: u64) -> Self {
        let codes = &table.codes[attribute];
        let mut units = vec![0_u64; table.cardinalities[attribute] as usize];
        codes.iter().enumerate().for_each(|(row, &code)| units[code as usize] += u64::from(table.trials(row)));
        let mut values = Vec::new();
        let mut rank_of = vec![DEAD; units.len()];
        for (code, &units) in units.iter().enumerate() {
            if units >= min_units && units > 0 {
                rank_of[code] = values.len() as u32;
                values.push((code as u32, units));
            }
        }
        let rank: Vec<u32> = codes.iter().map(|&code| rank_of[code as usize]).collect();
        let all: Vec<u32> = (0..codes.len() as u32).collect();
        let rows = sorted_by(&all, &rank, values.len());
        Self { rank, rows, values }
    }
}

/// Rows whose rank is alive, stably sorted by it.
fn sorted_by(rows: &[u32], rank: &[u32], ranks: usize) -> Vec<u32> {
    let mut next = vec![0_u32; ranks + 1];
    let live = || rows.iter().map(|&row| (row, rank[row as usize])).filter(|&(_, rank)| rank != DEAD);
    live().for_each(|(_, rank)| next[rank as usize + 1] += 1);
    for rank in 0..ranks {
        next[rank + 1] += next[rank];
    }
    let mut sorted = vec![0; next[ranks] as usize];
    for (row, rank) in live() {
        let place = &mut next[rank as usize];
        sorted[*place as usize] = row;
        *place += 1;
    }
    sorted
}
