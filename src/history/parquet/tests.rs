//! Files written and read back; what other programs read is compared in `tests/delta`.

use std::io::{Cursor, Write};
use std::path::Path;

use polars::prelude::*;
use polars_parquet::parquet::statistics::Statistics;
use polars_parquet::read::{RowGroupMetadata, read_metadata};
use proptest::prelude::*;
use tempfile::NamedTempFile;

use super::{Kind, ROWS, Slot, read, read_longs, write};
use crate::desk::{MISSING, Values, code_of};

const LAYOUT: [Slot; 8] = [
    slot("at", Kind::Instant),
    slot("count", Kind::Long),
    slot("ticket_key", Kind::Key),
    slot("seconds", Kind::Whole),
    slot("cost", Kind::Number),
    slot("is_vip", Kind::Flag),
    slot("team", Kind::Category),
    slot("subject", Kind::Text),
];

const fn slot(name: &'static str, kind: Kind) -> Slot<'static> {
    Slot { name, kind }
}

/// A row of [`LAYOUT`].
#[derive(Debug, Clone, Default)]
struct Row {
    at: Option<i64>,
    long: Option<i64>,
    whole: Option<i32>,
    number: Option<f64>,
    flag: Option<bool>,
    team: Option<String>,
    subject: Option<String>,
}

fn frame(rows: &[Row]) -> DataFrame {
    let long = |pick: fn(&Row) -> Option<i64>| Values::Long(rows.iter().map(|row| pick(row).unwrap_or(MISSING)).collect());
    let code = |row: &Row| row.team.as_deref().map_or(crate::desk::NONE, |team| code_of(team).unwrap());
    let columns = [
        long(|row| row.at),
        long(|row| row.long),
        long(|row| row.long.map(|long| long.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as i64)).filter(|key| *key != MISSING)),
        Values::Whole(rows.iter().map(|row| row.whole.unwrap_or(i32::MIN)).collect()),
        Values::Number(rows.iter().map(|row| row.number).collect()),
        Values::Flag(rows.iter().map(|row| row.flag).collect()),
        Values::Text(rows.iter().map(code).collect()),
        Values::Words(rows.iter().map(|row| row.subject.clone()).collect()),
    ];
    let columns = LAYOUT.iter().zip(columns).map(|(slot, values)| values.column(slot.name, 0..rows.len())).collect();
    DataFrame::new(rows.len(), columns).unwrap()
}

fn file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn read_bytes(bytes: &[u8], slots: &[Slot]) -> crate::error::Result<DataFrame> {
    read(file(bytes).path(), slots)
}

fn assert_same(read: &DataFrame, written: &DataFrame) {
    assert_eq!(read.schema(), written.schema());
    assert!(read.equals_missing(written), "{read}\n{written}");
}

/// Rows with everything and rows with nothing.
fn few_rows() -> Vec<Row> {
    let full = |n: i64, team: &str, subject: &str| Row {
        at: Some(1_763_272_800 + n),
        long: Some(-n),
        whole: Some(n as i32),
        number: Some(n as f64 / 4.0),
        flag: Some(n % 2 == 0),
        team: Some(team.to_owned()),
        subject: Some(subject.to_owned()),
    };
    vec![full(1, "Zürich", ""), Row::default(), full(-9_999_999_999, "", "Zoë\0\n\"🦀"), full(3, "Zürich", "x"), Row::default()]
}

#[test]
fn every_type_comes_back() {
    let written = frame(&few_rows());
    let bytes = write(&written, &LAYOUT).unwrap();
    assert_same(&read_bytes(&bytes, &LAYOUT).unwrap(), &written);
    let two = [LAYOUT[6], LAYOUT[0]];
    assert_same(&read_bytes(&bytes, &two).unwrap(), &written.select(["team", "at"]).unwrap());
}

#[test]
fn no_rows_and_no_values() {
    for rows in [vec![], vec![Row::default()], vec![Row::default(); 3]] {
        let written = frame(&rows);
        let bytes = write(&written, &LAYOUT).unwrap();
        assert_same(&read_bytes(&bytes, &LAYOUT).unwrap(), &written);
        assert_eq!(read_longs(file(&bytes).path(), "count").unwrap(), vec![MISSING; rows.len()]);
    }
}

#[test]
fn a_column_that_is_not_there_is_null() {
    let written = frame(&few_rows());
    let none = [slot("nothing", Kind::Category), slot("never", Kind::Instant), slot("empty", Kind::Text)];
    for bytes in [write(&written, &LAYOUT).unwrap(), write(&written, &[&LAYOUT[..], &none[..]].concat()).unwrap()] {
        let read = read_bytes(&bytes, &none).unwrap();
        assert_eq!(read.columns().iter().map(Column::null_count).collect::<Vec<_>>(), [5, 5, 5]);
        assert_eq!(read.dtypes(), [crate::desk::text_dtype(), DataType::Int64, DataType::String]);
        assert_eq!(read_longs(file(&bytes).path(), "never").unwrap(), [MISSING; 5]);
    }
}

#[test]
fn another_type_is_an_error() {
    let bytes = write(&frame(&few_rows()), &LAYOUT).unwrap();
    for (name, kind) in [("at", Kind::Text), ("count", Kind::Instant), ("team", Kind::Long), ("cost", Kind::Whole)] {
        let error = read_bytes(&bytes, &[slot(name, kind)]).unwrap_err();
        assert!(error.to_string().contains("not of the type"), "{error}");
    }
    assert_eq!(write(&frame(&few_rows()), &[slot("at", Kind::Flag)]).unwrap_err().kind, crate::error::Kind::Bug);
}

#[test]
fn texts_can_change_their_kind() {
    let rows: Vec<Row> = (0..10).map(|n| Row { team: Some(format!("t{n}")), subject: Some(format!("s{n}")), ..Row::default() }).collect();
    let written = frame(&rows);
    let bytes = write(&written, &LAYOUT).unwrap();
    let read = read_bytes(&bytes, &[slot("team", Kind::Text), slot("subject", Kind::Category)]).unwrap();
    for name in ["team", "subject"] {
        let texts = |frame: &DataFrame| frame.column(name).unwrap().cast(&DataType::String).unwrap();
        assert_eq!(texts(&read).str().unwrap().iter().collect::<Vec<_>>(), texts(&written).str().unwrap().iter().collect::<Vec<_>>());
    }
}

/// So many rows, some of them empty.
fn many_rows(rows: usize) -> Vec<Row> {
    let row = |n: usize| match n % 7 {
        0 => Row::default(),
        _ => Row {
            at: Some(1_700_000_000 + n as i64),
            long: Some(n as i64),
            whole: Some((n % 100) as i32),
            number: Some(n as f64),
            flag: Some(n.is_multiple_of(3)),
            team: Some(format!("team {}", n * 31 % 40)),
            subject: Some(if n < ROWS { format!("{n}") } else { String::new() }),
        },
    };
    (0..rows).map(row).collect()
}

#[test]
fn row_groups_and_what_their_footers_say() {
    let rows = many_rows(ROWS + 1);
    let written = frame(&rows);
    let bytes = write(&written, &LAYOUT).unwrap();
    let read = read_bytes(&bytes, &LAYOUT).unwrap();
    assert_same(&read, &written);
    let longs: Vec<i64> = rows.iter().map(|row| row.long.unwrap_or(MISSING)).collect();
    assert_eq!(read_longs(file(&bytes).path(), "count").unwrap(), longs);
    let metadata = read_metadata(&mut Cursor::new(&bytes)).unwrap();
    assert_eq!(metadata.row_groups.iter().map(RowGroupMetadata::num_rows).collect::<Vec<_>>(), [ROWS, 1]);
    let statistics = |column: usize| metadata.row_groups[0].parquet_columns()[column].statistics(&metadata.footer_buf).unwrap().unwrap();
    // 35,715 of 0..250,000 are multiples of seven.
    let Statistics::Int64(at) = statistics(0) else { panic!("instants") };
    let micros = |second: i64| Some((1_700_000_000 + second) * 1_000_000);
    assert_eq!((at.min_value, at.max_value, at.null_count), (micros(1), micros(249_999), Some(35_715)));
    for (column, least, greatest) in [(6, "team 0", "team 9"), (7, "1", "99999")] {
        let Statistics::Binary(texts) = statistics(column) else { panic!("texts") };
        let bounds = (texts.min_value.as_deref(), texts.max_value.as_deref(), texts.null_count);
        assert_eq!(bounds, (Some(least.as_bytes()), Some(greatest.as_bytes()), Some(35_715)));
    }
}

#[test]
fn bytes_depend_on_the_rows_alone() {
    let rows = many_rows(3000);
    let expected = write(&frame(&rows), &LAYOUT).unwrap();
    let mut parts = frame(&rows[..1000]);
    parts.vstack_mut(&frame(&rows[1000..])).unwrap();
    let slice = frame(&[few_rows(), rows.clone(), few_rows()].concat()).slice(5, 3000);
    for other in [parts, slice, read_bytes(&expected, &LAYOUT).unwrap()] {
        assert_eq!(write(&other, &LAYOUT).unwrap(), expected);
    }
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(alone.install(|| write(&frame(&rows), &LAYOUT)).unwrap(), expected);
}

#[test]
fn long_texts_and_numbers_that_are_none() {
    let row = |n: usize| Row {
        number: Some(if n == 1 { f64::NAN } else { f64::INFINITY }),
        team: Some("ü".repeat(n << 18)),
        subject: Some("x".repeat(n << 20)),
        ..Row::default()
    };
    let written = frame(&[row(0), row(1), row(2), row(1)]);
    let bytes = write(&written, &LAYOUT).unwrap();
    assert_same(&read_bytes(&bytes, &LAYOUT).unwrap(), &written);
    let metadata = read_metadata(&mut Cursor::new(&bytes)).unwrap();
    let columns = metadata.row_groups[0].parquet_columns();
    let Statistics::Double(cost) = columns[4].statistics(&metadata.footer_buf).unwrap().unwrap() else { panic!("numbers") };
    assert_eq!((cost.min_value, cost.max_value, cost.null_count), (None, None, Some(0)));
    assert!(metadata.footer_buf.len() < 4000, "bounds of texts are cut short");
}

#[test]
fn instants_out_of_reach() {
    let row = |at| [Row { at: Some(at), ..Row::default() }];
    assert_eq!(write(&frame(&row(i64::MAX / 1_000_000 + 1)), &LAYOUT).unwrap_err().kind, crate::error::Kind::Output);
    let far = frame(&row(-i64::MAX / 1_000_000));
    assert_same(&read_bytes(&write(&far, &LAYOUT).unwrap(), &LAYOUT).unwrap(), &far);
}

#[test]
fn more_rows_than_are_read_again() {
    let rows = |rows: u64| DataFrame::new(rows as usize, vec![]).unwrap();
    assert!(read_bytes(&write(&rows(super::MOST_ROWS), &[]).unwrap(), &[]).is_ok());
    assert_eq!(write(&rows(super::MOST_ROWS + 1), &[]).unwrap_err().kind, crate::error::Kind::Output);
}

#[test]
fn damage_is_an_error_and_never_a_panic() {
    let rows = [few_rows(), few_rows(), few_rows()].concat();
    let bytes = write(&frame(&rows), &LAYOUT).unwrap();
    let mut file = NamedTempFile::new().unwrap();
    let mut read_damaged = |bytes: &[u8]| {
        file.as_file_mut().set_len(0).unwrap();
        std::io::Seek::rewind(file.as_file_mut()).unwrap();
        file.write_all(bytes).unwrap();
        read(file.path(), &LAYOUT)
    };
    for cut in (0..bytes.len()).step_by(5) {
        let error = read_damaged(&bytes[..cut]).unwrap_err();
        assert_eq!(error.kind, crate::error::Kind::Input);
        assert!(error.to_string().contains("deskcard history rebuild"), "{error}");
    }
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] = if at % 2 == 0 { 0xFF } else { damaged[at] ^ 0x10 };
        if let Ok(frame) = read_damaged(&damaged) {
            assert_eq!(frame.height(), rows.len(), "byte {at}");
        }
    }
    assert!(read(Path::new("no such file"), &LAYOUT).is_err());
    assert!(read(Path::new("."), &LAYOUT).is_err());
}

/// A row of anything; texts from few, so that some repeat.
fn some_row() -> impl Strategy<Value = Row> {
    let at = prop::option::of(-9_000_000_000_000..9_000_000_000_000i64);
    let text = || prop::option::of(prop_oneof![Just(String::new()), "[a-c]{1,2}", "\\PC{0,30}"]);
    let numbers = (prop::option::of(-5..5i64), prop::option::of(-9..9i32), prop::option::of(any::<f64>()), any::<Option<bool>>());
    (at, numbers, text(), text()).prop_map(|(at, (long, whole, number, flag), team, subject)| Row {
        at,
        long,
        whole,
        number,
        flag,
        team,
        subject,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read(rows in prop::collection::vec(some_row(), 0..60)) {
        let written = frame(&rows);
        let bytes = write(&written, &LAYOUT).unwrap();
        assert_same(&read_bytes(&bytes, &LAYOUT).unwrap(), &written);
    }

    #[test]
    fn no_damage_makes_it_panic(seed in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12), cut in any::<prop::sample::Index>()) {
        let mut bytes = write(&frame(&few_rows()), &LAYOUT).unwrap();
        for (at, byte) in seed {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = read_bytes(&bytes, &LAYOUT);
        bytes.truncate(cut.index(bytes.len()));
        prop_assert!(read_bytes(&bytes, &LAYOUT).is_err());
    }
}
