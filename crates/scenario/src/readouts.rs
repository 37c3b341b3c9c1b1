//! All readouts a scenario may ask for, and what may stand in their brackets.

use crate::Error;
use crate::catalogue;
use crate::language::{ArgumentKind, ReadoutEntry, Vocabulary, nearest};
use paracrine_cells::kind::Kind;
use paracrine_kernel::expression::Function;

/// Readouts and arguments of readouts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Readouts, in the order of their table.
    pub forms: Vec<ReadoutEntry>,
    /// What an argument is, and the names it may have.
    pub arguments: Vec<(String, Vec<String>)>,
    /// What may be calculated from readouts: signs or functions, and what they do.
    pub formulas: Vec<(String, String)>,
}

/// Everything there is, or what has `word` in it, in whatever case.
///
/// # Errors
/// [`Error::UnknownReadout`] if nothing has.
pub fn listing(word: Option<&str>) -> Result<Listing, Error> {
    let vocabulary = catalogue::vocabulary(&catalogue::model("mouse")?.file);
    let mut listing = Listing {
        arguments: arguments(&vocabulary),
        formulas: formulas(),
        forms: vocabulary.readouts,
    };
    let Some(word) = word else {
        return Ok(listing);
    };
    let wanted = word.trim().to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&wanted);
    let names = (listing.forms.iter().map(|form| form.name.as_str())).chain(
        listing
            .arguments
            .iter()
            .flat_map(|(_, names)| names.iter().map(String::as_str))
            .chain(Function::NAMED.iter().map(|(name, _)| *name)),
    );
    let near = nearest(word, names);
    listing
        .forms
        .retain(|form| has(&form.signature()) || has(&form.unit) || has(&form.meaning));
    for (what, names) in &mut listing.arguments {
        if !has(what) {
            names.retain(|name| has(name));
        }
    }
    listing.arguments.retain(|(_, names)| !names.is_empty());
    listing.formulas.retain(|(signs, _)| has(signs));
    if listing == Listing::default() {
        return Err(Error::UnknownReadout {
            word: word.to_owned(),
            nearest: near,
        });
    }
    Ok(listing)
}

/// What may be calculated from readouts.
fn formulas() -> Vec<(String, String)> {
    let functions: Vec<&str> = Function::NAMED.iter().map(|(name, _)| *name).collect();
    let rows = [
        (
            "+ - * / ^",
            "between readouts, numbers and brackets: `count(CD8) / count(CD4)`",
        ),
        (
            "< <= > >= == != and or not",
            "1 where it holds, 0 where it does not",
        ),
        (
            &functions.join(", "),
            "functions: `log10(concentration(IL-2))`",
        ),
        (
            "(name: \"CD8 to CD4\", value: \"..\")",
            "in `readouts`: one with a name of its own",
        ),
    ];
    let owned = rows.map(|(signs, meaning)| (signs.to_owned(), meaning.to_owned()));
    owned.to_vec()
}

/// The names of each argument. Where two arguments go by one word, the readouts that take them tell them apart.
fn arguments(vocabulary: &Vocabulary) -> Vec<(String, Vec<String>)> {
    let takers = |kind: ArgumentKind| -> Vec<&str> {
        let takes = |form: &&ReadoutEntry| form.places().any(|place| place == kind);
        let forms = vocabulary.readouts.iter().filter(takes);
        forms.map(|form| form.name.as_str()).collect()
    };
    let used: Vec<ArgumentKind> = ArgumentKind::ALL
        .into_iter()
        .filter(|kind| !takers(*kind).is_empty())
        .collect();
    let mut arguments = Vec::new();
    for kind in &used {
        let names = vocabulary.names(*kind).to_vec();
        let is_alone = used
            .iter()
            .filter(|other| other.word() == kind.word())
            .count()
            == 1;
        if *kind == ArgumentKind::Kind {
            let is_one = |name: &String| Kind::ALL.iter().any(|kind| kind.name() == name);
            let (kinds, groups) = names.into_iter().partition(is_one);
            arguments.push((kind.word().to_owned(), kinds));
            arguments.push((format!("{}, as a group", kind.word()), groups));
        } else if is_alone {
            arguments.push((kind.word().to_owned(), names));
        } else {
            let takers = takers(*kind).join(", ");
            arguments.push((format!("{} of {takers}", kind.word()), names));
        }
    }
    arguments
}
