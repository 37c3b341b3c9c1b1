//! What people and pipes see.

use crate::place;
use paracrine_tests::small;
use std::io::{BufRead as _, BufReader};

/// Splits a line of the table into columns at runs of two spaces or more, with the place where each ends.
fn ends(line: &str) -> Vec<(String, usize)> {
    let mut cells = Vec::new();
    let characters: Vec<char> = line.chars().collect();
    let mut start = 0;
    while start < characters.len() {
        while start < characters.len() && characters[start] == ' ' {
            start += 1;
        }
        let mut end = start;
        while end < characters.len()
            && !(characters[end] == ' ' && characters.get(end + 1).is_none_or(|next| *next == ' '))
        {
            end += 1;
        }
        if end > start {
            cells.push((characters[start..end].iter().collect(), end));
        }
        start = end + 1;
    }
    cells
}

/// Smallest fault seen: one arm's line shifted by one column.
#[test]
fn the_table_is_aligned_and_names_every_arm() {
    let place = place();
    let ended = place.done(&["run", small::FILE]);
    let lines: Vec<&str> = ended.stdout.lines().collect();
    let header = lines
        .iter()
        .find(|line| line.trim_start().starts_with("median"))
        .unwrap_or_else(|| panic!("no header: {}", ended.shown()));
    let median = ends(header)[0].1;
    for arm in small::ARMS {
        let rows: Vec<_> = lines
            .iter()
            .filter(|line| line.trim_start().starts_with(&format!("{arm}  ")))
            .collect();
        assert_eq!(rows.len(), small::READOUTS.len(), "{}", ended.shown());
        for row in rows {
            let cells = ends(row);
            assert_eq!(cells[0].0, arm);
            assert_eq!(
                cells[1].1,
                median,
                "`{row}` is not aligned: {}",
                ended.shown()
            );
        }
    }
    assert!(
        lines.iter().all(|line| line.trim_end() == *line),
        "blanks at an end of line: {}",
        ended.shown()
    );
}

#[test]
fn pipes_get_no_control_characters_and_no_progress() {
    let place = place();
    for arguments in [
        &["run", small::FILE][..],
        &["list"],
        &["readouts"],
        &["schema"],
        &["completions", "zsh"],
        &["diff", small::FILE, small::FILE],
        &["check", small::FILE],
        &["explain", "IL-2"],
        &["--json", "list"],
        &["--help"],
    ] {
        let ended = place.done(arguments);
        let control = |text: &str| text.chars().any(|c| c.is_control() && c != '\n');
        assert!(!control(&ended.stdout), "{:?}", ended.stdout);
        assert_eq!(ended.stderr, "", "{}", ended.shown());
    }
}

/// Names and titles come from files of others: they must not steer the reader's terminal.
///
/// Smallest fault seen: an escape sequence in an arm's name.
#[test]
fn names_with_control_characters_do_not_reach_the_terminal() {
    let place = place();
    let text = small::with("name: \"treated\"", r#"name: "tr\u{1b}[2Jeated\u{7}""#);
    place.write(small::FILE, text);
    let ended = place.run(&["run", small::FILE, "--replicates", "1"]);
    let both = format!("{}{}", ended.stdout, ended.stderr);
    assert!(!both.contains(['\u{1b}', '\u{7}']), "{:?}", ended.shown());
}

/// `paracrine .. | head -1`: the reader leaves after a line, or before the first.
///
/// Smallest fault seen: the panic of `println!`.
#[test]
fn a_closed_pipe_is_no_panic() {
    let place = place();
    for arguments in [
        &["list"][..],
        &["readouts"],
        &["schema"],
        &["completions", "zsh"],
        &["diff", small::FILE, small::FILE],
        &["check", small::FILE],
        &["explain", "CD25"],
        &["--json", "readouts"],
        &["--help"],
        &["run", small::FILE, "--out", "out"],
        &["run", small::FILE, "--out", "out"],
        &["report", "out"],
    ] {
        for lines in [0, 1] {
            let mut child = place.command(arguments).spawn().unwrap();
            let mut reader = BufReader::new(child.stdout.take().unwrap());
            let mut line = String::new();
            for _ in 0..lines {
                reader.read_line(&mut line).unwrap();
            }
            drop(reader);
            let ended = paracrine_tests::program::end(child, &arguments.join(" "));
            for word in ["panicked", "backtrace", "Broken pipe"] {
                assert!(!ended.stderr.contains(word), "{}", ended.shown());
            }
            assert_ne!(ended.code, Some(101), "{}", ended.shown());
        }
    }
    // A reader who leaves loses his text, not the results.
    assert!(place.path("out/manifest.json").is_file());
}

/// What a run writes to a terminal of so many columns with this locale, by the `script` of util-linux.
#[cfg(target_os = "linux")]
fn on_a_terminal(arguments: &str, columns: u32, locale: &str) -> String {
    let place = place();
    let command = format!(
        "stty cols {columns} rows 40; exec {} {arguments}",
        crate::PROGRAM
    );
    let mut script = std::process::Command::new("script");
    script
        .args(["-qec", &command, "/dev/null"])
        .current_dir(place.path("."))
        .env_remove("LC_CTYPE")
        .env("LC_ALL", locale)
        .env_remove("NO_COLOR")
        .env("TERM", "xterm-256color");
    let output = script.stdin(std::process::Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).replace('\r', "\n")
}

/// A terminal has a bar for each arm, the main readout as it stands, a plot of it, and the commands that come next; a pipe has none of these.
///
/// Smallest faults seen: blocks in a terminal that is not UTF-8, a plot wider than the terminal.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_gets_progress_a_plot_and_the_next_command() {
    let shown = on_a_terminal(
        &format!("run {} --replicates 2 --threads 1", small::FILE),
        100,
        "C.UTF-8",
    );
    for part in [
        "2/2 mice",
        "left",
        "activated share of Tcon now: wild type ",
        "activated share of Tcon over time, median of each arm, from 0 % to",
        "▁▁",
        "Next      xdg-open results/small/report.html",
        "paracrine explain Tcon",
    ] {
        assert!(shown.contains(part), "no `{part}` in {shown}");
    }
    // Colours are not asked for.
    let colour = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    assert!(!colour.is_match(&shown), "{shown:?}");
    let plain = on_a_terminal(&format!("run {} --replicates 1", small::FILE), 64, "C");
    let plot: Vec<&str> = plain
        .lines()
        .skip_while(|line| !line.contains("over time, median"))
        .filter(|line| {
            small::ARMS
                .iter()
                .any(|arm| line.starts_with(&format!("  {arm}")))
        })
        .collect();
    assert!(plot.len() >= small::ARMS.len(), "{plain}");
    for line in &plot[..small::ARMS.len()] {
        assert!(line.is_ascii() && line.chars().count() <= 64, "{line}");
        assert!(line.contains("__"), "{line}");
    }
    let narrow = on_a_terminal(
        &format!("run {} --replicates 1", small::FILE),
        30,
        "C.UTF-8",
    );
    assert!(!narrow.contains("over time, median"), "{narrow}");
}

/// What is no progress fits the terminal, but for commands to be copied; bars have no colour, whatever their names.
///
/// Smallest faults seen: a table of two lines of 64 characters in 50 columns; a name of nine letters drawn in colour nine.
#[cfg(target_os = "linux")]
#[test]
fn lines_fit_a_narrow_terminal() {
    for (columns, arguments) in [
        (50, format!("run {} --replicates 1", small::FILE)),
        (45, format!("run {} --replicates 1", small::FILE)),
        (50, "model mouse alpha".to_owned()),
        (50, "readouts".to_owned()),
        (40, "list".to_owned()),
        (40, format!("check {}", small::FILE)),
    ] {
        let shown = on_a_terminal(&arguments, columns, "C.UTF-8");
        assert!(!shown.contains("\u{1b}[38;5"), "{shown:?}");
        let lines = shown.lines().filter(|line| !line.contains('\u{1b}'));
        let too_long: Vec<&str> = lines
            .filter(|line| line.chars().count() > columns as usize)
            .collect();
        assert!(too_long.is_empty(), "{arguments}, {columns}: {too_long:#?}");
    }
}
