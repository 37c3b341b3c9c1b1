//! Text that is safe inside HTML and SVG.

/// `text` with the five characters that mean something to a parser replaced; control characters, which no page may hold,
/// become spaces.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            control if control.is_control() => out.push(' '),
            other => out.push(other),
        }
    }
    out
}

/// `text` escaped, with no line ending at a hyphen within a word: in a narrow column `IL-2` and `-/-` stay whole.
pub(crate) fn whole(text: &str) -> String {
    let word = |word: &str| match word.contains('-') && word.chars().count() < 16 {
        true => format!("<span class=\"whole\">{}</span>", escape(word)),
        false => escape(word),
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// `label` as a title: the first letter raised, unless the first word is a symbol such as `pSTAT5`.
pub(crate) fn capitalise(label: &str) -> String {
    let word = label.split(' ').next().unwrap_or_default();
    if !word.chars().all(|c| c.is_lowercase() || c == '-') {
        return label.to_owned();
    }
    let mut rest = label.chars();
    rest.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(rest).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_name_is_text() {
        assert_eq!(
            escape(r#"a<b> & "c" 'd'"#),
            "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;"
        );
        assert_eq!(escape("bell\u{7}"), "bell ");
        assert_eq!(escape("Il2ra−/− × 10 %"), "Il2ra−/− × 10 %");
    }

    #[test]
    fn a_word_with_a_hyphen_is_whole() {
        assert_eq!(
            whole("no IL-2 <b>"),
            "no <span class=\"whole\">IL-2</span> &lt;b&gt;"
        );
        assert_eq!(
            whole("a-word-far-too-long-for-it"),
            "a-word-far-too-long-for-it"
        );
    }

    #[test]
    fn symbols_keep_their_case() {
        assert_eq!(capitalise("activated share"), "Activated share");
        assert_eq!(capitalise("pSTAT5 of Treg"), "pSTAT5 of Treg");
        assert_eq!(capitalise(""), "");
    }
}
