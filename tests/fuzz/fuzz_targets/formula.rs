//! Any text is a formula or an error with a place in it; a formula printed and read again is the same, unless the
//! parentheses that it is printed with are nested too deeply.

#![no_main]

use libfuzzer_sys::fuzz_target;
use paracrine_kernel::expression::Expression;

fuzz_target!(|text: &str| match text.parse::<Expression>() {
    Ok(formula) => {
        let printed = formula.to_string();
        let again: Result<Expression, _> = printed.parse();
        match again {
            Ok(again) => assert_eq!(again.to_string(), printed),
            Err(error) => assert!(error.expected.contains("nesting"), "{printed}: {error}"),
        }
    }
    Err(error) => assert!(text.is_char_boundary(error.offset)),
});
