//! Faults of a scenario or a network, drawn with the line they are in.

use crate::output;
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, MietteError,
    MietteSpanContents, Report, SourceCode, SourceSpan, SpanContents,
};
use paracrine_scenario::language::{Faults, line_and_column};
use std::io::IsTerminal as _;
use std::ops::Range;
use std::sync::Arc;

/// Lines with more bytes are not drawn: nobody would find the place in them.
const LONGEST_LINE: usize = 1000;

/// Columns below which words would be torn apart.
const NARROWEST: usize = 40;

/// Columns of text for a file or another program, which wrap by themselves.
const UNWRAPPED: usize = 100_000;

/// Prints every fault with its line, a caret and, where there is one, the nearest valid name.
pub(crate) fn print(faults: &Faults) {
    let terminal = std::io::stderr().is_terminal();
    let theme = match (terminal, std::env::var_os("NO_COLOR").is_some()) {
        (true, false) => GraphicalTheme::unicode(),
        (true, true) => GraphicalTheme::unicode_nocolor(),
        (false, _) => GraphicalTheme::none(),
    };
    let columns = terminal_size::terminal_size_of(std::io::stderr())
        .map_or(UNWRAPPED, |(terminal_size::Width(columns), _)| {
            usize::from(columns).max(NARROWEST)
        });
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_context_lines(1)
        .with_width(columns);
    let text: Arc<str> = output::printable(&faults.text).into();
    for fault in &faults.faults {
        let place = format!("{}:{}:{}", faults.source_name, fault.line, fault.column);
        let can_be_drawn = |span: &Range<usize>| {
            !faults.text.is_empty() && longest_around(&faults.text, span) <= LONGEST_LINE
        };
        let Some(span) = fault.span.clone().filter(can_be_drawn) else {
            output::remark(&format!("error: {place}: {}", fault.message));
            continue;
        };
        let expected = (!fault.expected.is_empty()).then(|| format!("expected {}", fault.expected));
        let mut diagnostic = MietteDiagnostic::new(format!("{place}: {}", fault.message))
            .with_label(LabeledSpan::new_with_span(expected, span));
        if let Some(nearest) = &fault.nearest {
            diagnostic = diagnostic.with_help(format!("did you mean `{nearest}`?"));
        }
        let source = ByCharacters {
            name: faults.source_name.clone(),
            text: Arc::clone(&text),
        };
        let report = Report::new(diagnostic).with_source_code(source);
        let mut drawn = String::new();
        if handler.render_report(&mut drawn, report.as_ref()).is_ok() {
            output::drawn(&drawn);
        } else {
            output::remark(&format!("error: {place}: {}", fault.message));
        }
    }
    let count = faults.faults.len();
    if count > 1 {
        output::remark(&format!("{count} faults in {}", faults.source_name));
    }
}

/// A text whose columns are counted in characters, as faults and editors count them; by itself it would count bytes.
struct ByCharacters {
    name: String,
    text: Arc<str>,
}

impl SourceCode for ByCharacters {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let found = self.text.read_span(span, lines_before, lines_after)?;
        let column = match found.column() {
            0 => 0,
            _ => line_and_column(&self.text, found.span().offset()).1 - 1,
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            found.data(),
            *found.span(),
            found.line(),
            column,
            found.line_count(),
        )))
    }
}

/// The length of the longest line from the one before a span to the one after it.
fn longest_around(text: &str, span: &Range<usize>) -> usize {
    let mut begin = 0;
    let mut longest = 0;
    let (mut before, mut follows) = (0, false);
    for line in text.split('\n') {
        let end = begin + line.len();
        if end < span.start {
            before = line.len();
        } else {
            longest = longest.max(before).max(line.len());
            if follows {
                break;
            }
            follows = end >= span.end;
        }
        begin = end + 1;
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_around_a_span_are_measured() {
        let text = "12345678\n1\n123\n12\n1234567";
        for (place, longest) in [(0, 8), (8, 8), (9, 8), (11, 3), (15, 7), (18, 7)] {
            assert_eq!(
                longest_around(text, &(place..place + 1)),
                longest,
                "{place}"
            );
        }
        assert_eq!(longest_around(text, &(9..16)), 8);
        assert_eq!(longest_around("", &(0..0)), 0);
    }
}
