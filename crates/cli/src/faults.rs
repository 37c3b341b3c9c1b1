//! Faults of a scenario or a network, drawn with the line they are in.

use crate::output;
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report,
};
use paracrine_scenario::language::Faults;
use std::io::IsTerminal as _;

/// Prints every fault with its line, a caret and, where there is one, the nearest valid name.
pub(crate) fn print(faults: &Faults) {
    let terminal = std::io::stderr().is_terminal();
    let theme = match (terminal, std::env::var_os("NO_COLOR").is_some()) {
        (true, false) => GraphicalTheme::unicode(),
        (true, true) => GraphicalTheme::unicode_nocolor(),
        (false, _) => GraphicalTheme::none(),
    };
    let handler = GraphicalReportHandler::new_themed(theme).with_context_lines(1);
    for fault in &faults.faults {
        let place = format!("{}:{}:{}", faults.source_name, fault.line, fault.column);
        let Some(span) = fault.span.clone().filter(|_| !faults.text.is_empty()) else {
            output::remark(&format!("error: {place}: {}", fault.message));
            continue;
        };
        let expected = (!fault.expected.is_empty()).then(|| format!("expected {}", fault.expected));
        let mut diagnostic = MietteDiagnostic::new(format!("{place}: {}", fault.message))
            .with_label(LabeledSpan::new_with_span(expected, span));
        if let Some(nearest) = &fault.nearest {
            diagnostic = diagnostic.with_help(format!("did you mean `{nearest}`?"));
        }
        let source = NamedSource::new(&faults.source_name, output::printable(&faults.text));
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
