//! Columns of text, as wide as their cells.

use crate::output;

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
