//! What sources may not say: biology in the kernel, genotypes in a mechanism, names of arms anywhere.

use crate::{files, shown};
use paracrine_cells::kind::Group;
use paracrine_scenario::catalogue::{self, PUBLISHED, SCENARIOS};
use paracrine_scenario::plan::{Overrides, Plan};
use paracrine_tests::repository;
use std::fs;
use std::path::Path;

/// One line of code with its place.
struct Line {
    file: String,
    place: String,
    code: String,
}

/// Lines of all sources below a folder without comments and empty lines. Strings are kept.
fn code(folder: &str) -> Vec<Line> {
    lines(folder)
        .into_iter()
        .filter_map(|mut line| {
            // No source has `//` inside a string; a URL would only hide the rest of its line.
            let code = line.code.split("//").next().unwrap_or("").trim().to_owned();
            line.code = code;
            (!line.code.is_empty()).then_some(line)
        })
        .collect()
}

fn lines(folder: &str) -> Vec<Line> {
    let folder = repository().join(folder);
    let mut all = Vec::new();
    for path in files(&folder, ".rs") {
        let text = fs::read_to_string(&path).unwrap();
        let file = inside(&path, &folder);
        for (number, line) in text.lines().enumerate() {
            all.push(Line {
                file: file.clone(),
                place: format!("{}:{}", shown(&path), number + 1),
                code: line.trim().to_owned(),
            });
        }
    }
    assert!(!all.is_empty(), "no sources in {}", folder.display());
    all
}

fn inside(path: &Path, folder: &Path) -> String {
    path.strip_prefix(folder)
        .unwrap()
        .to_string_lossy()
        .into_owned()
}

/// Words of a line, split at everything that is no letter, digit or underscore.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}

/// `cell` is a word of the kernel too: it steps blocks of them.
///
/// Smallest fault seen: the word Treg in a comment.
#[test]
fn the_kernel_knows_no_biology() {
    const WORDS: [&str; 35] = [
        "antibody",
        "antigen",
        "apoptosis",
        "b7",
        "cd122",
        "cd132",
        "cd25",
        "cd4",
        "cd8",
        "chemokine",
        "cytokine",
        "disease",
        "foxp3",
        "gene",
        "genotype",
        "il",
        "il2",
        "il2ra",
        "immune",
        "interleukin",
        "knockout",
        "ligand",
        "lymph",
        "lymphocyte",
        "mice",
        "mouse",
        "pm",
        "pstat5",
        "receptor",
        "receptors",
        "spleen",
        "stat5",
        "thymus",
        "tcon",
        "treg",
    ];
    for line in lines("crates/kernel/src") {
        let lower = line.code.to_lowercase();
        for word in words(&lower) {
            assert!(!WORDS.contains(&word), "{}: `{word}`", line.place);
        }
        for group in Group::all().filter(|group| group.name().len() > 2) {
            assert!(
                !lower.contains(&group.name().to_lowercase()),
                "{}: {}",
                line.place,
                group.name()
            );
        }
    }
}

/// The rule of no hidden branch: expression enters in `Products::of`, which a host reaches through `Makers`, and nowhere else.
///
/// Smallest fault seen: `Genotype` imported by a mechanism.
#[test]
fn a_genotype_is_read_in_one_place() {
    const CONSTRUCTION: [&str; 4] = [
        "use crate::genotype::{Genotype, Lineage, Makers, Products};",
        "pub genotypes: Vec<Genotype>,",
        "let mut makers: Vec<Makers> = setup.genotypes.iter().map(Makers::new).collect();",
        "makers.push(Makers::new(&Genotype::wild_type()));",
    ];
    let mut constructions = 0;
    for line in code("crates/cells/src") {
        let Line { file, place, code } = &line;
        if file == "genotype.rs" {
            continue;
        }
        let has = |name: &str| words(code).any(|word| word == name);
        // That of a gene; formulas of the kernel are expressions too.
        let is_formula = code.contains("paracrine_kernel::expression::");
        assert!(
            !has("expression") || is_formula,
            "{place}: reads an expression: {code}"
        );
        if has("Genotype") || has("genotypes") || code.contains("Makers::new") {
            assert!(
                file == "host.rs" && CONSTRUCTION.contains(&code.as_str()),
                "{place}: a genotype outside the construction of a host: {code}"
            );
            constructions += 1;
        }
        // The list of genes is compared with the model file when it is loaded.
        assert!(
            !has("Gene") || file == "model.rs",
            "{place}: names a gene: {code}"
        );
    }
    assert_eq!(
        constructions,
        CONSTRUCTION.len(),
        "the host is built otherwise: look again"
    );
}

/// A cell carries the index of its genotype; the index chooses products and decides nothing.
///
/// Smallest fault seen: `if agent.genotype == 1`.
#[test]
fn the_index_of_a_genotype_only_chooses_products() {
    const USES: [&str; 9] = [
        "Action::AddDendritic { cells, genotype } => {",
        "genotype: u8,",
        "pub genotype: u8,",
        "genotype: 0,",
        "genotype,",
        "one.genotype = genotype;",
        "agent.genotype = one.genotype;",
        "agent.genotype = genotype;",
        "agent.genotype = marrow.genotype;",
    ];
    for line in code("crates/cells/src") {
        let Line { file, place, code } = &line;
        if file == "genotype.rs" || !words(code).any(|word| word == "genotype") {
            continue;
        }
        let rest = code
            .replace("crate::genotype::", "")
            .replace("pub mod genotype;", "")
            .replace("[usize::from(agent.genotype)]", "")
            .replace("[usize::from(genotype)]", "")
            .replace("[usize::from(marrow.genotype)]", "")
            .replace("[usize::from(part.genotype)]", "");
        assert!(
            USES.contains(&code.as_str()) || !words(&rest).any(|word| word == "genotype"),
            "{place}: uses the index of a genotype: {code}"
        );
    }
}

/// Amounts of product are factors: nothing asks whether one is zero.
///
/// Smallest fault seen: `if products.fas == 0.0`.
#[test]
fn no_amount_of_product_is_compared() {
    const FIELDS: [&str; 8] = [
        "products.il2",
        "products.alpha",
        "products.beta",
        "products.gamma",
        "products.il15",
        "products.il7",
        "products.foxp3",
        "products.fas",
    ];
    let mut seen = 0;
    for line in code("crates/cells/src") {
        let uses = FIELDS.iter().any(|field| line.code.contains(field))
            || line.code.contains("products[0]");
        if line.file == "genotype.rs" || !uses {
            continue;
        }
        seen += 1;
        for sign in [
            " == ",
            " != ",
            " < ",
            " > ",
            " <= ",
            " >= ",
            "if ",
            "match ",
            "is_",
            ".partial_cmp",
            ".total_cmp",
            ".round(",
            ".floor(",
            ".ceil(",
        ] {
            assert!(!line.code.contains(sign), "{}: {}", line.place, line.code);
        }
    }
    assert!(
        seen >= 8,
        "products are used under another name: look again"
    );
}

/// Smallest fault seen: the name of an arm in a string.
#[test]
fn no_source_of_the_cells_knows_a_scenario_or_an_arm() {
    let mut names = Vec::new();
    let mut rows = Vec::new();
    // Scenarios of published rows are called by words of biology, such as `ageing`: of these arms and rows are looked for.
    let published = PUBLISHED
        .iter()
        .map(|shipped| format!("published/{}", shipped.name));
    names.extend(SCENARIOS.iter().map(|shipped| shipped.name.to_owned()));
    let others = SCENARIOS.iter().map(|shipped| shipped.name.to_owned());
    for path in others.chain(published) {
        let plan = Plan::new(catalogue::find(&path).unwrap(), &Overrides::default()).unwrap();
        let arms = plan.arms.into_iter().map(|arm| arm.name);
        // An arm of a well may be called by the cells in it.
        names.extend(arms.filter(|name| Group::from_name(name).is_none()));
        rows.extend(plan.rows.into_iter().map(|row| row.id));
    }
    assert!(rows.len() >= 147, "{}", rows.len());
    for line in code("crates/cells/src") {
        for name in &names {
            assert!(!line.code.contains(name), "{}: {name}", line.place);
        }
        for word in words(&line.code) {
            assert!(
                !["arm", "arms", "scenario", "scenarios"].contains(&word)
                    // B7 is a molecule, too.
                    && !rows.iter().any(|row| row == word && row != "B7"),
                "{}: {}",
                line.place,
                line.code
            );
        }
    }
}

/// Libraries neither print nor end the process nor read its arguments and clock.
#[test]
fn libraries_leave_the_process_alone() {
    for folder in ["kernel", "cells", "scenario", "report", "lab"] {
        for line in code(&format!("crates/{folder}/src")) {
            for word in [
                "println!",
                "eprintln!",
                "process::exit",
                "env::args",
                "SystemTime",
                "thread_rng",
                "from_os_rng",
                "SmallRng",
                "StdRng",
                "rand::rng()",
            ] {
                assert!(!line.code.contains(word), "{}: {word}", line.place);
            }
            if ["kernel", "cells"].contains(&folder) {
                for word in ["std::fs", "Instant::"] {
                    assert!(!line.code.contains(word), "{}: {word}", line.place);
                }
            }
        }
    }
}
