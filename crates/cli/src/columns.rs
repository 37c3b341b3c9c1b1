//! Columns of text, as wide as their cells.

use crate::output;
use std::io::{self, IsTerminal as _};

/// Characters in a line where there is no terminal to ask.
const WIDTH: usize = 100;

/// Characters in a line of the terminal.
pub(crate) fn terminal() -> usize {
    terminal_size::terminal_size_of(std::io::stdout())
        .map_or(WIDTH, |(columns, _)| usize::from(columns.0).max(20))
}

/// Characters in a line of these columns.
pub(crate) fn width(columns: &[Vec<String>]) -> usize {
    columns.iter().map(|column| width_of(column) + 2).sum()
}

fn width_of(column: &[String]) -> usize {
    let widths = column.iter().map(|cell| cell.chars().count());
    widths.max().unwrap_or(0)
}

/// The narrowest last column that is worth its place beside the others.
const NARROWEST: usize = 30;

/// A blank inside a name, at which no line ends.
pub(crate) const TIE: char = '\u{a0}';

/// Lines end at blanks only: `IL-2` stays whole.
fn wrapping(room: usize) -> textwrap::Options<'static> {
    textwrap::Options::new(room)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
}

/// A text in lines of at most so many columns, of which the first begins with one thing and the others with another.
pub(crate) fn wrapped(text: &str, columns: usize, first: &str, others: &str) -> Vec<String> {
    let options = wrapping(columns)
        .initial_indent(first)
        .subsequent_indent(others)
        .break_words(false);
    let lines = textwrap::wrap(text, options);
    lines
        .iter()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

/// Prints a paragraph, on a terminal in lines that fit, of which all but the first are indented.
pub(crate) fn paragraph(text: &str, indent: usize) {
    if !io::stdout().is_terminal() {
        return output::line(text);
    }
    let (columns, others) = (terminal().saturating_sub(1).max(20), " ".repeat(indent));
    for part in text.split('\n') {
        for line in wrapped(part, columns, "", &others) {
            output::line(&line);
        }
    }
}

/// A line and, below it, cells that have no place beside it, as many in a line as the terminal has room for; the line is parted, too, where it
/// is too long.
pub(crate) fn fitted(line: &str, cells: &[String]) -> Vec<String> {
    let room = terminal().saturating_sub(1).max(20);
    let mut lines = match line.chars().count() > room {
        true => wrapped(line, room, "", "      "),
        false => vec![line.to_owned()],
    };
    let mut below = String::new();
    for cell in cells.iter().map(|cell| cell.trim()) {
        if cell.is_empty() {
            continue;
        }
        if !below.is_empty() && below.chars().count() + 2 + cell.chars().count() > room {
            lines.append(&mut wrapped(&below, room, "", "        "));
            below.clear();
        }
        below += if below.is_empty() { "      " } else { "  " };
        below += cell;
    }
    if !below.is_empty() {
        lines.append(&mut wrapped(&below, room, "", "        "));
    }
    lines
}

/// Prints rows, all cells to the left. On a terminal the last cell is wrapped, below the others where it has too little room.
pub(crate) fn listed<const N: usize>(rows: &[[String; N]], indent: usize) {
    let columns: Vec<Vec<String>> = (0..N.saturating_sub(1))
        .map(|column| rows.iter().map(|row| row[column].clone()).collect())
        .collect();
    let start = indent + width(&columns);
    let last = rows.iter().filter_map(|row| row.last());
    let enough = last
        .map(|cell| cell.chars().count())
        .max()
        .unwrap_or(0)
        .min(NARROWEST);
    let columns_of_terminal = io::stdout().is_terminal().then(terminal);
    for row in rows {
        let Some((last, cells)) = row.split_last() else {
            continue;
        };
        let mut text = " ".repeat(indent);
        for (cell, column) in cells.iter().zip(&columns) {
            let pad = width_of(column) - cell.chars().count();
            text += &format!("{cell}{}  ", " ".repeat(pad));
        }
        let Some(room) = columns_of_terminal else {
            output::line((text + last).replace(TIE, " ").trim_end());
            continue;
        };
        let (start, room) = match room.checked_sub(start + 1) {
            Some(left) if left >= enough => (start, left),
            _ => {
                // What does not fit beside is wrapped below, the other cells one blank apart.
                let cells = cells
                    .iter()
                    .map(|cell| cell.trim())
                    .filter(|cell| !cell.is_empty());
                let cells = cells.collect::<Vec<_>>();
                let (first, others) = (" ".repeat(indent), " ".repeat(indent + 8));
                for line in wrapped(&cells.join("  "), room.saturating_sub(1), &first, &others) {
                    output::line(&line.replace(TIE, " "));
                }
                text = " ".repeat(indent + 4);
                (indent + 4, room.saturating_sub(indent + 5).max(10))
            }
        };
        for line in textwrap::wrap(last, wrapping(room)) {
            output::line((text + &line.replace(TIE, " ")).trim_end());
            text = " ".repeat(start);
        }
    }
}

/// Prints columns: the first to the left, the others to the right.
pub(crate) fn print(columns: &[Vec<String>]) {
    let lines = columns.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = columns.iter().map(|column| width_of(column)).collect();
    for line in 0..lines {
        let mut text = String::new();
        for (index, (column, width)) in columns.iter().zip(&widths).enumerate() {
            let cell = column.get(line).map_or("", String::as_str);
            let pad = " ".repeat(width.saturating_sub(cell.chars().count()));
            text += &if index == 0 {
                format!("{cell}{pad}  ")
            } else {
                format!("{pad}{cell}  ")
            };
        }
        output::line(text.trim_end());
    }
}
