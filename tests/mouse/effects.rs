//! One mechanism at a time: what it drives moves as `docs/biology.md` says, and no longer does without the parameter that carries it.
//!
//! Each test reads the same mouse, well or formula twice, as shipped and with that parameter at its neutral value. Were the
//! mechanism lost from the source, both would be equal, and the test fails.
//!
//! Bounds of cohorts lie at least five standard deviations (for ratios, of the logarithm) from the mean of twelve other seeds: a false
//! alarm below 1e-6 for another seed. The seed is fixed. Where that is not so a test says what holds.

use crate::{ADULT_IL7, ADULT_IL15, overlaid};
use paracrine_cells::genotype::{Gene, Genotype, Makers};
use paracrine_cells::host::{Action, Culture, Host, Intervention, Setup};
use paracrine_cells::kind::{Group, Kind};
use paracrine_cells::mechanism::{Surroundings, cd8, macrophage, thymus, treg};
use paracrine_cells::model::Parameters;
use paracrine_cells::population::{Isotype, Variety};
use paracrine_cells::readout::Readout;
use rayon::prelude::*;
use std::sync::OnceLock;

/// Overlaid parameters.
type Changes<'a> = &'a [(&'a str, f64)];

const SHIPPED: Changes<'static> = &[];
const MICE: u64 = 3;
const SEED: u64 = 52;

const fn count(kind: Kind) -> Readout {
    Readout::Count(Group::Only(kind))
}

fn readouts() -> [Readout; 19] {
    [
        count(Kind::BlastCd4),
        count(Kind::EffectorCd4),
        count(Kind::MemoryCd4),
        count(Kind::NaiveCd4),
        count(Kind::NaiveCd8),
        count(Kind::EffectorCd8),
        count(Kind::MemoryCd8),
        count(Kind::Treg),
        count(Kind::Plasma),
        count(Kind::Macrophage),
        count(Kind::ActiveMacrophage),
        Readout::Antibody(Isotype::IgM),
        Readout::Antibody(Isotype::IgG),
        Readout::Antibody(Isotype::IgE),
        Readout::RedCells,
        Readout::IfnGamma,
        Readout::Il2,
        Readout::Il2Secretion,
        Readout::Damage,
    ]
}

/// Three mice of one kind at one age, or at their death before.
struct Cohort {
    values: Vec<[f64; 19]>,
    deaths_d: Vec<f64>,
}

impl Cohort {
    fn new(genotype: Genotype, changes: Changes<'_>, days: f64) -> Self {
        Self::of_agents(2000, genotype, changes, days)
    }

    fn of_agents(agents: u32, genotype: Genotype, changes: Changes<'_>, days: f64) -> Self {
        let p = overlaid(changes);
        let setup = Setup {
            genotypes: vec![genotype],
            interventions: Vec::new(),
            ..Setup::default()
        };
        let (values, deaths_d) = (0..MICE)
            .into_par_iter()
            .map(|replicate| {
                let mut mouse = Host::newborn(&p, &setup, agents, SEED, replicate);
                live(&mut mouse, days);
                let values = readouts().map(|readout| mouse.observe(&readout));
                (values, mouse.died_d().unwrap_or(f64::INFINITY))
            })
            .unzip();
        Self { values, deaths_d }
    }

    /// The median over mice of a function of readouts.
    fn median<const N: usize>(&self, of: [Readout; N], value: impl Fn([f64; N]) -> f64) -> f64 {
        let places = of.map(|readout| readouts().iter().position(|r| *r == readout).unwrap());
        middle(self.values.iter().map(|all| value(places.map(|i| all[i]))))
    }

    fn read(&self, readout: Readout) -> f64 {
        self.median([readout], |[value]| value)
    }

    /// Share of macrophages that are activated.
    fn active_macrophages(&self) -> f64 {
        let kinds = [count(Kind::ActiveMacrophage), count(Kind::Macrophage)];
        self.median(kinds, |[active, resting]| active / (active + resting))
    }

    /// IL-2 secreted per activated CD4⁺ cell, molecules/s.
    fn secretion(&self) -> f64 {
        let of = [
            Readout::Il2Secretion,
            count(Kind::BlastCd4),
            count(Kind::EffectorCd4),
            count(Kind::MemoryCd4),
        ];
        self.median(of, |[all, blasts, effectors, memory]| {
            all / (blasts + effectors + memory)
        })
    }
}

fn middle(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn live(mouse: &mut Host<'_>, days: f64) {
    while mouse.age_d() < days - 1e-9 && mouse.died_d().is_none() {
        mouse.step().unwrap();
    }
}

fn without(gene: Gene) -> Genotype {
    Genotype::wild_type().with(gene, 0.0)
}

/// Day 42: the wild type is quiet, `Il2`⁻/⁻ mice are ill and alive.
fn wild_type() -> &'static Cohort {
    static COHORT: OnceLock<Cohort> = OnceLock::new();
    COHORT.get_or_init(|| Cohort::new(Genotype::wild_type(), SHIPPED, 42.0))
}

fn il2rg_knockout() -> &'static Cohort {
    static COHORT: OnceLock<Cohort> = OnceLock::new();
    COHORT.get_or_init(|| Cohort::new(without(Gene::Il2rg), SHIPPED, 42.0))
}

fn il2_knockout() -> &'static Cohort {
    static COHORT: OnceLock<Cohort> = OnceLock::new();
    COHORT.get_or_init(|| il2_knockout_with(SHIPPED))
}

fn il2_knockout_with(changes: Changes<'_>) -> Cohort {
    Cohort::new(without(Gene::Il2), changes, 42.0)
}

fn given(kind: Kind, cells: u64, genotype: u8, at_d: f64) -> Intervention {
    let action = Action::Transfer {
        kind,
        cells,
        genotype,
        tag: 1,
        specificity: None,
        age_d: None,
        sort: None,
    };
    Intervention::once(at_d, action)
}

/// A well with cells of one kind.
fn well<'p>(
    p: &'p Parameters,
    genotype: Genotype,
    kind: Kind,
    cells: u64,
    medium: Culture,
    agents: u32,
) -> Host<'p> {
    let setup = Setup {
        genotypes: vec![genotype],
        interventions: vec![given(kind, cells, 0, 0.0)],
        ..Setup::default()
    };
    let medium = Culture {
        step_h: 1.0,
        ..medium
    };
    Host::culture(p, &setup, medium, agents, SEED, 0)
}

/// IL-2 per effector, molecules/s, in the mean over a day with so much of it around.
fn secretion_of_effectors(p: &Parameters, genotype: Genotype, il2_pm: f64) -> f64 {
    let medium = Culture {
        clamped_pm: Some(il2_pm),
        il7_pm: 3.0,
        ..Culture::default()
    };
    let mut host = well(p, genotype, Kind::EffectorCd4, 10_000_000, medium, 500);
    // Receptors are occupied and internalised within hours.
    live(&mut host, 0.25);
    let (mut secreted, mut cells) = (0.0, 0.0);
    while host.age_d() < 1.25 {
        host.step().unwrap();
        secreted += host.observe(&Readout::Il2Secretion);
        cells += host.observe(&Readout::Count(Group::Tcon));
    }
    secreted / cells
}

/// Effectors make a third of the IL-2 in 1 nM of it that they make in none; without β, or without the shut-off, as much. Means of 42 500
/// secreting cells and 24 h: a standard error of 0.1 %; the rest is counting cells at the end of a step instead of its beginning.
///
/// Smallest fault seen: no shut-off in `secreted`.
#[test]
fn il2_signal_shuts_il2_off_in_effectors() {
    let ratio = |genotype, changes: Changes<'_>| {
        let p = overlaid(changes);
        secretion_of_effectors(&p, Genotype::clone(&genotype), 1000.0)
            / secretion_of_effectors(&p, genotype, 0.0)
    };
    let shipped = ratio(Genotype::wild_type(), SHIPPED);
    let deaf = ratio(without(Gene::Il2rb), SHIPPED);
    let ablated = ratio(Genotype::wild_type(), &[("secretion_shutoff", 0.0)]);
    println!("well: {shipped:.3} of secretion left, {deaf:.3} without β, {ablated:.3} ablated");
    assert!(shipped < 0.5);
    assert!((deaf - 1.0).abs() < 0.05 && (ablated - 1.0).abs() < 0.05);
}

/// At day 18 the shut-off takes a third of the secretion and half of the IL-2 of Foxp3-null mice, whose activated cells have α, and
/// hardly anything of the secretion of `Il2ra`⁻/⁻, whose cells have none: part of why IL-2 rises more in the latter (Sharma 2007).
///
/// Smallest fault seen: no shut-off in `secreted`.
#[test]
fn shut_off_holds_il2_of_foxp3_null_mice_down() {
    let off: Changes<'_> = &[("secretion_shutoff", 0.0)];
    let [scurfy, scurfy_off] =
        [SHIPPED, off].map(|changes| Cohort::new(without(Gene::Foxp3), changes, 18.0));
    let [il2ra, il2ra_off] =
        [SHIPPED, off].map(|changes| Cohort::new(without(Gene::Il2ra), changes, 18.0));
    let kept = scurfy.secretion() / scurfy_off.secretion();
    let kept_il2ra = il2ra.secretion() / il2ra_off.secretion();
    println!("secretion left: {kept:.3} in Foxp3 null, {kept_il2ra:.3} in Il2ra-/-");
    let il2 = |cohort: &Cohort| cohort.read(Readout::Il2);
    let lowered = il2(&scurfy) / il2(&scurfy_off);
    println!(
        "IL-2 of Foxp3 null: {:.3} of Il2ra-/-, {lowered:.3} of ablated",
        il2(&scurfy) / il2(&il2ra)
    );
    assert!(kept < 0.8);
    assert!(kept_il2ra > kept + 0.1);
    assert!(lowered < 0.95);
}

/// Peripheral Treg: some in the wild type, not one without IL-2, whatever IL-15 there is.
///
/// About 13 founders are alive in a mouse of this size: none by chance with a probability of 2e-6.
///
/// Faults seen: no peripheral Treg; as many without IL-2.
#[test]
fn treg_arise_outside_the_thymus_with_il2_alone() {
    let cells = |genotype, changes: Changes<'_>| {
        let p = overlaid(changes);
        let setup = Setup {
            genotypes: vec![genotype],
            interventions: Vec::new(),
            ..Setup::default()
        };
        let mut mouse = Host::newborn(&p, &setup, 20_000, SEED, 0);
        live(&mut mouse, 28.0);
        [Group::PeripheralTreg, Group::Only(Kind::Treg)]
            .map(|group| mouse.observe(&Readout::Count(group)))
    };
    let [peripheral, all] = cells(Genotype::wild_type(), SHIPPED);
    println!("peripheral: {peripheral:.3e} of {all:.3e} Treg");
    assert!(peripheral > 0.0);
    for (genotype, changes) in [
        (without(Gene::Il2), SHIPPED),
        (Genotype::wild_type(), &[("peripheral_treg_share", 0.0)]),
    ] {
        let [peripheral, all] = cells(genotype, changes);
        assert!(peripheral <= 0.0 && all > 0.0, "{peripheral} of {all}");
    }

    let p = overlaid(SHIPPED);
    let share = |il2, genotype: Genotype| {
        let s = Surroundings {
            il2,
            il15_occupancy: 1.0,
            ..Surroundings::default()
        };
        treg::peripheral_share(&p, &s, Makers::new(&genotype).of(Kind::NaiveCd4))
    };
    let normal = share(0.6, Genotype::wild_type());
    println!("{normal:.5} of cells converted at 0.6 pM become Treg");
    assert!((0.5..=1.0).contains(&(normal / p.peripheral_treg_share)));
    assert!(share(0.06, Genotype::wild_type()) < 0.8 * normal);
    assert!(share(0.6, without(Gene::Il2ra)) < 0.3 * normal);
    assert!(share(0.6, without(Gene::Il2rb)) <= 0.0);
    assert!(share(0.0, Genotype::wild_type()) <= 0.0);
}

/// Treg that leave the thymus, relative to the wild type: a little fewer without IL-2 or α, because IL-15 stands in (published 0.4
/// to 1: D'Cruz and Klein 2005, Soper 2007), a fifth without β (below 0.35).
///
/// The formula draws nothing. In the mice emigrants come with the same luck in all arms, so ratios vary by less than 1 %.
///
/// Faults seen: a conversion that does not read pSTAT5, at its floor or at its full value; precursors that see IL-2 alone, or IL-15
/// alone.
#[test]
fn thymic_treg_need_beta_more_than_il2() {
    let made = |p: &Parameters, genotype: Genotype, il2: f64| {
        let s = Surroundings {
            age_d: 28.0,
            il2,
            il7: ADULT_IL7,
            il15_occupancy: ADULT_IL15 / (ADULT_IL15 + p.il15_kd),
            ..Surroundings::default()
        };
        let output = thymus::output(p, &s, Makers::new(&genotype).of(Kind::NaiveCd4));
        output.treg / (output.naive_cd4 + output.self_reactive)
    };
    let p = overlaid(SHIPPED);
    let whole = made(&p, Genotype::wild_type(), 0.6);
    // IL-2 as it is in these mice.
    let genes = [(Gene::Il2, 0.0), (Gene::Il2ra, 9.0), (Gene::Il2rb, 1000.0)];
    let formula = genes.map(|(gene, il2)| made(&p, without(gene), il2) / whole);
    println!("thymus: {whole:.4} of emigrants, {formula:.3?} without Il2, Il2ra, Il2rb");
    let alone = overlaid(&[("thymic_il15_access", 0.0)]);
    assert!(made(&alone, without(Gene::Il2), 0.0) < 0.35 * whole);

    // Treg that neither divide nor die are those that the thymus made.
    let frozen = [
        ("treg_division_signal", 0.0),
        ("treg_division_b7", 0.0),
        ("treg_division_empty", 0.0),
        ("treg_death", 0.0),
        ("treg_death_starved", 0.0),
        ("peripheral_treg_share", 0.0),
        ("foxp3_loss", 0.0),
    ];
    let shares = |changes: Changes<'_>| {
        let all = [&frozen[..], changes].concat();
        let treg = |genotype| Cohort::new(genotype, &all, 14.0).read(count(Kind::Treg));
        let whole = treg(Genotype::wild_type());
        genes.map(|(gene, _)| treg(without(gene)) / whole)
    };
    let mice = shares(SHIPPED);
    let ablated = shares(&[("treg_conversion_floor", 1.0)]);
    println!("made by day 14: {mice:.3?}, ablated {ablated:.3?}");
    for [il2, il2ra, il2rb] in [formula, mice] {
        assert!((0.4..0.97).contains(&il2) && (0.4..0.97).contains(&il2ra));
        assert!((0.1..0.35).contains(&il2rb));
    }
    for ratio in ablated {
        assert!((ratio - 1.0).abs() < 0.02, "{ratio}");
    }
}

/// IL-10 and TGF-β of Treg weaken activation at once, before any B7 is gone, and slow disease where Treg remove no B7 at all.
///
/// Scurfy mice have no Treg: with and without the mechanism they are the same to the bit until Treg are given. The
/// ratio of damage varies more than other readouts: 0.62 with a standard deviation of 0.10, a false alarm of 1e-3 for another seed.
///
/// Smallest fault seen: `costimulation` without it.
#[test]
fn other_products_of_treg_weaken_activation() {
    let off: Changes<'_> = &[("other_suppression", 0.0)];
    let transferred = |changes: Changes<'_>| {
        let p = overlaid(changes);
        let setup = Setup {
            genotypes: vec![without(Gene::Foxp3), Genotype::wild_type()],
            interventions: vec![given(Kind::Treg, 5_000_000, 1, 14.0)],
            ..Setup::default()
        };
        let mut mouse = Host::newborn(&p, &setup, 2000, SEED, 0);
        let restimulation = Readout::DivisionRate(Group::Only(Kind::EffectorCd4));
        live(&mut mouse, 14.0);
        let before = mouse.observe(&restimulation);
        mouse.step().unwrap();
        let after = mouse.observe(&restimulation);
        (before, after, mouse.observe(&Readout::Suppression))
    };
    let (before, after, suppression) = transferred(SHIPPED);
    let (before_off, after_off, _) = transferred(off);
    println!("restimulation: {before:.3}, with Treg {after:.3}, ablated {after_off:.3} 1/d");
    assert_eq!(before.to_bits(), before_off.to_bits());
    let strength = overlaid(SHIPPED).other_suppression;
    let expected = 1.0 / (1.0 + strength * suppression);
    assert!(expected < 0.85);
    assert!((after / after_off / expected - 1.0).abs() < 1e-9);

    let blind = [("b7_removal", 0.0), ("fatal_damage", 1e9)];
    let [damage, damage_off] = [SHIPPED, off].map(|changes| {
        let all = [&blind[..], changes].concat();
        Cohort::new(Genotype::wild_type(), &all, 24.0).read(Readout::Damage)
    });
    println!("damage: {damage:.2}, ablated {damage_off:.2}");
    assert!(damage < 0.97 * damage_off);
}

/// Red cells fall in `Il2`⁻/⁻ mice (Sadlack 1995) by antibody against self and by activated macrophages, and not in `Il2rg`⁻/⁻ (Cao
/// 1995). Mice die of it where haemolysis is strong; with the shipped value damage kills them before.
///
/// Faults seen: no haemolysis; a constant appetite of macrophages; no death below `fatal_red_cells`; no IFN-γ.
#[test]
fn antibody_against_self_and_macrophages_make_anaemia() {
    let red = |cohort: &Cohort| cohort.read(Readout::RedCells);
    // Few agents are plasma cells of IgG against self.
    let [ill, calm] = [SHIPPED, &[("ifn_gamma_effectors", 0.0)]]
        .map(|changes| red(&Cohort::of_agents(8000, without(Gene::Il2), changes, 42.0)));
    let ablated = red(&il2_knockout_with(&[("haemolysis", 0.0)]));
    let healthy = red(wild_type());
    let il2rg = red(il2rg_knockout());
    println!(
        "red cells: wild type {healthy:.3}, Il2-/- {ill:.3}, ablated {ablated:.3}, macrophages at rest {calm:.3}, Il2rg-/- {il2rg:.3}"
    );
    assert!((ablated - 1.0).abs() < 1e-9);
    assert!(ill < 0.85);
    assert!(healthy > 0.93 && il2rg > 0.88 && calm > 0.85);

    let frail = [("haemolysis", 20.0), ("fatal_damage", 1e9)];
    let dies = Cohort::new(without(Gene::Il2), &frail, 56.0);
    let spared = [&frail[..], &[("fatal_red_cells", 0.0)]].concat();
    let lives = Cohort::new(without(Gene::Il2), &spared, 56.0);
    println!(
        "deaths of anaemia: {:.1?} d, red cells {:.3}; spared {:.1?}",
        dies.deaths_d,
        red(&dies),
        lives.deaths_d
    );
    assert!(dies.deaths_d.iter().all(|age| *age < 56.0));
    assert!(red(&dies) < overlaid(SHIPPED).fatal_red_cells);
    assert!(lives.deaths_d.iter().all(|age| age.is_infinite()));
}

/// What `death_rate` tells is what cells die of: so many of 4000 are left after a day. Double-negative cells die by Fas and last without it.
///
/// The bound is four standard errors: one false alarm in 16 000 for each of the kinds. Faults seen: Fas left out of the hazard of
/// double-negative cells, or of their fate.
#[test]
fn cells_die_at_the_rate_that_is_told() {
    let p = overlaid(SHIPPED);
    let left = |kind: Kind, genotype: Genotype| {
        let medium = Culture {
            volume_ml: 1.0,
            clamped_pm: Some(0.0),
            ..Culture::default()
        };
        let mut host = well(&p, genotype, kind, 1_000_000, medium, 4000);
        let of_kind = Group::Only(kind);
        host.step().unwrap();
        let before = host.observe(&Readout::Count(of_kind));
        let mut told = 0.0;
        for _ in 0..24 {
            told += host.observe(&Readout::DeathRate(of_kind)) / 24.0;
            host.step().unwrap();
        }
        let left = host.observe(&Readout::Count(of_kind)) / before;
        let expected = libm::exp(-told);
        let error = (expected * (1.0 - expected) / 4000.0).sqrt();
        println!(
            "{}: {told:.4}/d told, {left:.4} left, {expected:.4} expected",
            kind.name()
        );
        assert!((left - expected).abs() < 4.0 * error, "{}", kind.name());
        left
    };
    for kind in [Kind::NaiveCd8, Kind::B, Kind::Plasma, Kind::Nk] {
        left(kind, Genotype::wild_type());
    }
    assert!(left(Kind::DoubleNegative, Genotype::wild_type()) < 0.45);
    assert!(left(Kind::DoubleNegative, without(Gene::Fas)) > 0.97);
}

/// Plasma cells switch to IgG and IgE; without γ to half as much IgG and to no IgE, so `Il2rg`⁻/⁻ mice have little IgG and no IgE
/// (Cao 1995: a third, none). In the well a share of 2000 agents has a standard error of about 1 %.
///
/// Faults seen: no switching; switching that does not read γ; no IgE.
#[test]
fn plasma_cells_switch_with_gamma() {
    let off: Changes<'_> = &[("igg_share", 0.0), ("ige_share", 0.0)];
    let medium = Culture {
        volume_ml: 1.0,
        clamped_pm: Some(0.0),
        help: 1.0,
        ..Culture::default()
    };
    let shares = |genotype, changes: Changes<'_>| {
        let p = overlaid(changes);
        let mut host = well(&p, genotype, Kind::B, 1_000_000, medium, 2000);
        live(&mut host, 14.0);
        let mut cells = [0.0; Isotype::ALL.len()];
        for agent in &host.population().agents {
            if let Variety::Secretes(isotype) = agent.variety {
                cells[isotype as usize] += agent.weight as f64;
            }
        }
        let all: f64 = cells.iter().sum();
        cells.map(|cells| cells / all)
    };
    let [_, igg, ige] = shares(Genotype::wild_type(), SHIPPED);
    let [_, igg_without, ige_without] = shares(without(Gene::Il2rg), SHIPPED);
    let [igm_off, ..] = shares(Genotype::wild_type(), off);
    println!(
        "switched: IgG {igg:.3}, IgE {ige:.4}, without γ {igg_without:.3}, {ige_without:.4}; IgM {igm_off} ablated"
    );
    assert!(igg > 0.5 && ige > 0.004);
    assert!((0.4..0.75).contains(&(igg_without / igg)));
    assert!(ige_without <= 0.0);
    assert!(igm_off >= 1.0);

    let antibody = |cohort: &Cohort| Isotype::ALL.map(|i| cohort.read(Readout::Antibody(i)));
    let [_, healthy_igg, healthy_ige] = antibody(wild_type());
    let [igm, igg, ige] = antibody(il2_knockout());
    let [igm_off, igg_off, ige_off] = antibody(&il2_knockout_with(off));
    let [_, lacking_igg, lacking_ige] = antibody(il2rg_knockout());
    println!(
        "antibody: IgG {healthy_igg:.3}, Il2-/- {:.2}, Il2rg-/- {:.3} of it; IgE Il2-/- {:.2} of it; IgM ablated {:.2}",
        igg / healthy_igg,
        lacking_igg / healthy_igg,
        ige / healthy_ige,
        igm_off / igm
    );
    assert!(ige > 1.3 * healthy_ige);
    assert!(igg_off <= 0.0 && ige_off <= 0.0 && igm_off > 1.3 * igm);
    assert!(lacking_ige <= 0.0 && lacking_igg < 0.6 * healthy_igg);
}

/// Naive cells die tenfold faster without IL-7; `Il7`⁻/⁻ mice have less than a twentieth of them, fewer than their small thymus
/// alone would leave. In the wells survival of 4000 agents has a standard error below 0.8 %.
///
/// Smallest fault seen: `naive_death` that does not read IL-7.
#[test]
fn naive_cells_live_on_il7() {
    let off: Changes<'_> = &[("il7_survival_factor", 1.0)];
    let survival = |kind, il7_pm, changes: Changes<'_>| {
        let p = overlaid(changes);
        let medium = Culture {
            il7_pm,
            ..Culture::default()
        };
        let mut host = well(&p, Genotype::wild_type(), kind, 1_000_000, medium, 4000);
        live(&mut host, 10.0);
        host.observe(&count(kind)) / 1e6
    };
    let healthy = Cohort::new(Genotype::wild_type(), SHIPPED, 28.0);
    let [lacking, lacking_off] =
        [SHIPPED, off].map(|changes| Cohort::new(without(Gene::Il7), changes, 28.0));
    for kind in [Kind::NaiveCd4, Kind::NaiveCd8] {
        let [with, none] = [3.0, 0.0].map(|il7| survival(kind, il7, SHIPPED));
        let ablated = survival(kind, 0.0, off);
        let [healthy, lacking, lacking_off] =
            [&healthy, &lacking, &lacking_off].map(|cohort| cohort.read(count(kind)));
        println!(
            "{}: {with:.3} survive, {none:.3} without IL-7, {ablated:.3} ablated; Il7-/- {:.4} of normal, ablated {:.2} of it",
            kind.name(),
            lacking / healthy,
            lacking_off / lacking
        );
        assert!(none < 0.75 * with);
        assert!((ablated / with - 1.0).abs() < 0.05);
        assert!(lacking < 0.05 * healthy);
        assert!(lacking_off > 1.25 * lacking);
    }
}

/// Effector CD8 come up beside activated CD4 in `Il2`⁻/⁻ mice, not in the wild type; scurfy mice without them die as early (Blair 1994:
/// anti-CD8 does not delay; published 0.8 to 1.3).
///
/// Faults seen: no bystanders; bystanders without CD4 effectors.
#[test]
fn cd8_cells_are_activated_beside_cd4_effectors() {
    let p = overlaid(SHIPPED);
    let hazard = |effectors| {
        let s = Surroundings {
            body: 1.0,
            costimulation: 1.0,
            resources: 1.0,
            effectors,
            ..Surroundings::default()
        };
        cd8::bystander(&p, &s)
    };
    assert!(hazard(0.0) <= 0.0);
    assert!((hazard(p.dc_half_number) / p.bystander_cd8 - 0.5).abs() < 1e-9);

    let off: Changes<'_> = &[("bystander_cd8", 0.0)];
    let effectors = |cohort: &Cohort| cohort.read(count(Kind::EffectorCd8));
    let (ill, healthy) = (effectors(il2_knockout()), effectors(wild_type()));
    let ablated = effectors(&il2_knockout_with(off));
    println!("effector CD8: wild type {healthy:.2e}, Il2-/- {ill:.2e}, ablated {ablated:.2e}");
    assert!(ill > 1e4);
    assert!(healthy < 0.01 * ill);
    assert!(ablated <= 0.0);
    let [with, none] = [SHIPPED, off].map(|changes| {
        let cohort = Cohort::new(without(Gene::Foxp3), changes, 40.0);
        middle(cohort.deaths_d.into_iter())
    });
    println!("Foxp3-null deaths: {with:.2} d, {none:.2} d without CD8 effectors");
    assert!((0.8..1.3).contains(&(none / with)));
}

/// Memory CD8 without signal die a tenth faster. It is a small part of what IL-15 does for them: division is the larger one, so
/// `Il15`⁻/⁻ mice have few (Kennedy 2000).
///
/// With and without the mechanism cells have the same luck, so that the difference is some 380 of 10 000 agents, give or take 20.
///
/// Faults seen: death at its lower or at its higher rate whatever pSTAT5.
#[test]
fn memory_cd8_live_longer_with_pstat5() {
    let p = overlaid(SHIPPED);
    let off: Changes<'_> = &[("memory_cd8_death_starved", p.memory_cd8_death)];
    // Without division and without the Fas checkpoint their number is their survival.
    let survival = |il15_pm, changes: Changes<'_>| {
        let p = overlaid(
            &[
                &[("memory_cd8_division", 0.0), ("cd8_fas_checkpoint", 0.0)],
                changes,
            ]
            .concat(),
        );
        let medium = Culture {
            il15_pm,
            clamped_pm: Some(0.0),
            ..Culture::default()
        };
        let genotype = without(Gene::Fas);
        let mut host = well(&p, genotype, Kind::MemoryCd8, 1_000_000, medium, 10_000);
        live(&mut host, 20.0);
        host.observe(&count(Kind::MemoryCd8)) / 1e6
    };
    let [kept, starved] = [ADULT_IL15, 0.0].map(|il15| survival(il15, SHIPPED));
    let [kept_off, starved_off] = [ADULT_IL15, 0.0].map(|il15| survival(il15, off));
    println!(
        "memory CD8: {kept:.4} survive, {starved:.4} without IL-15; ablated {kept_off:.4}, {starved_off:.4}"
    );
    assert!(starved < 0.96 * kept);
    assert!(starved < 0.96 * starved_off);
    assert!(kept > 0.98 * kept_off);

    let number = |cohort: &Cohort| cohort.read(count(Kind::MemoryCd8));
    let lacking = Cohort::new(without(Gene::Il15), SHIPPED, 42.0);
    let share = number(&lacking) / number(wild_type());
    println!("memory CD8 of Il15-/-: {share:.3} of normal");
    assert!(share < 0.7);
}

/// IFN-γ of effectors activates the macrophages of `Il2`⁻/⁻ mice; those of the wild type rest.
///
/// Faults seen: no IFN-γ; none of CD4 or of CD8 effectors alone; no activation by it.
#[test]
fn effectors_activate_macrophages_by_ifn_gamma() {
    let p = overlaid(SHIPPED);
    for (cd4, cd8) in [(1e8, 0.0), (0.0, 1e8)] {
        let pm = macrophage::ifn_gamma(&p, cd4, cd8, 1.0);
        assert!((pm / p.ifn_gamma_effectors - 1.0).abs() < 1e-12, "{pm} pM");
    }
    let ablated = il2_knockout_with(&[("ifn_gamma_effectors", 0.0)]);
    let [healthy, ill, ablated] = [wild_type(), il2_knockout(), &ablated]
        .map(|cohort| (cohort.read(Readout::IfnGamma), cohort.active_macrophages()));
    println!(
        "IFN-γ and active macrophages: wild type {healthy:.3?}, Il2-/- {ill:.3?}, ablated {ablated:.3?}"
    );
    assert!(healthy.0 < 1.0 && healthy.1 < 0.15);
    assert!(ill.0 > 30.0 && ill.1 > 0.5);
    assert!(ablated.0 <= 0.0 && ablated.1 <= 0.0);
}

/// Help by effectors makes plasma cells and IgG of `Il2`⁻/⁻ mice rise (Sadlack 1993: 1.5 to 10 times); without it neither does.
///
/// Smallest fault seen: `activation` without help.
#[test]
fn effectors_help_b_cells() {
    let ablated = il2_knockout_with(&[("b_help", 0.0)]);
    for readout in [Readout::Antibody(Isotype::IgG), count(Kind::Plasma)] {
        let [healthy, ill, ablated] =
            [wild_type(), il2_knockout(), &ablated].map(|cohort| cohort.read(readout));
        println!(
            "help, {readout:?}: Il2-/- {:.2} of normal, ablated {:.2} of it",
            ill / healthy,
            ablated / ill
        );
        assert!(ill > 1.5 * healthy);
        assert!(ablated < 0.6 * ill);
    }
}

/// Naive CD4 cells that antigen has engaged begin to divide at the same time with and without IL-2; from then on those with a nanomolar of it
/// are ahead (Deenick 2003 J Immunol 170:4963), and not where IL-2 does not shorten the cycle: two days after the first divisions
/// none has come to its destiny, which IL-2 sets as well.
///
/// Means of 2000 agents and what they become have a standard error below 0.03 divisions.
///
/// Faults seen: a clock that does not read the drive; the first division hastened too.
#[test]
fn il2_hastens_later_divisions() {
    let off: Changes<'_> = &[("division_time_signal", 0.0)];
    let divisions = |il2_pm, changes: Changes<'_>| {
        let p = overlaid(changes);
        let engage = Action::Stimulate {
            group: Group::Only(Kind::NaiveCd4),
            sort: None,
            fraction: 1.0,
        };
        let setup = Setup {
            interventions: vec![
                given(Kind::NaiveCd4, 100_000, 0, 0.0),
                Intervention::once(0.0, engage),
            ],
            ..Setup::default()
        };
        let medium = Culture {
            clamped_pm: Some(il2_pm),
            step_h: 1.0,
            ..Culture::default()
        };
        let mut host = Host::culture(&p, &setup, medium, 2000, SEED, 0);
        [30.0, 78.0].map(|hours| {
            live(&mut host, hours / 24.0);
            host.observe(&Readout::Divisions(Group::Only(Kind::BlastCd4)))
        })
    };
    let [none, much, much_off] =
        [(0.0, SHIPPED), (1000.0, SHIPPED), (1000.0, off)].map(|(c, off)| divisions(c, off));
    println!(
        "divisions at 30 and 78 h: {none:.2?} without IL-2, {much:.2?} at 1 nM, {much_off:.2?} there without the mechanism"
    );
    assert!((much[0] - none[0]).abs() < 0.15);
    assert!(much[1] > none[1] + 0.5);
    assert!((much_off[1] - none[1]).abs() < 0.15);
}
