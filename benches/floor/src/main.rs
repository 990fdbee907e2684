//! The benchmark's job written by hand for exactly these three files: how fast the machine could do it.
//! A yardstick, not a product: x86-64 with AVX2 only, the job's own columns are taken to be well-formed and unquoted, and
//! tickets to be in the order of opening. What the product checks of every row is checked here too: the placement of
//! quotes and the number of fields.
//!
//! usage: `floor DIR OUT.csv`

mod job;
mod scan;

fn main() -> std::io::Result<()> {
    let words: Vec<String> = std::env::args().collect();
    let [_, dir, out] = &words[..] else { panic!("usage: floor DIR OUT.csv") };
    job::run(dir, out)
}
