//! The machine's clock zone, and how many cores it has, change no byte.

use std::path::Path;
use std::process::Command;

use super::{Question, first_difference};
use crate::harness::{binary, finish, root};
use crate::world::World;

/// A prefix of the command line, and variables, that must not matter.
type Machine = (Vec<&'static str>, Vec<(&'static str, &'static str)>);

fn machines() -> Vec<Machine> {
    let mut out: Vec<Machine> = Vec::new();
    for zone in ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe"] {
        out.push((vec![], vec![("TZ", zone)]));
    }
    for threads in ["1", "2", "7"] {
        out.push((vec![], vec![("POLARS_MAX_THREADS", threads), ("RAYON_NUM_THREADS", threads)]));
    }
    out.push((vec![], vec![("LC_ALL", "de_DE.UTF-8"), ("LANG", "tr_TR.UTF-8")]));
    if Command::new("taskset").args(["-c", "0", "true"]).status().is_ok_and(|s| s.success()) {
        out.push((vec!["taskset", "-c", "0"], vec![]));
    } else {
        eprintln!("no taskset here: one core alone is not tried");
    }
    out
}

fn run_on(machine: &Machine, dir: &Path, args: &[String]) -> String {
    let mut words: Vec<String> = machine.0.iter().map(|w| (*w).to_owned()).collect();
    words.push(binary().to_string_lossy().into_owned());
    words.extend(args.iter().cloned());
    let mut command = Command::new(&words[0]);
    finish(command.args(&words[1..]).envs(machine.1.iter().copied()).current_dir(dir)).ok().stdout
}

fn all_machines_print_the_same(dir: &Path, args: &[String]) {
    let usual = run_on(&(vec![], vec![]), dir, args);
    assert!(usual.len() > 1_000, "there is something to compare: {usual}");
    for machine in machines() {
        if let Some(wrong) = first_difference(&usual, &run_on(&machine, dir, args)) {
            panic!("{machine:?} prints something else:\n{wrong}");
        }
    }
}

#[test]
fn zones_and_cores_change_no_byte_of_random_desks() {
    for seed in 2_000..2_002 {
        let world = World::new(seed);
        let dir = world.write();
        all_machines_print_the_same(dir.path(), &Question::of(&world, &["agent"], "week").args(|_| true));
    }
}

/// The sample desk is large enough to be read in several blocks.
#[test]
fn zones_and_cores_change_no_byte_of_the_sample_desk() {
    let metrics =
        "fcr_repeat,call_fcr_repeat,log_rate,csat_mean,sla_resolution,ttr_business_median,backlog,headcount,turnover_12m,absenteeism,kudos";
    let args = ["query", metrics, "--by", "agent", "--period", "month", "--format", "json", "--quiet"];
    all_machines_print_the_same(&root().join("sample_data"), &args.map(str::to_owned));
}
