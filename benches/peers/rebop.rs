//! The same networks in rebop 0.10: compiled by its macro, and given at run time.

#![allow(clippy::too_many_arguments, reason = "code made by the macro of rebop")]

use crate::{Case, thread_time};
use rebop::define_system;
use rebop::gillespie::{Gillespie, Rate};

define_system! {
    a b c d e f g h i j k l m n o p;
    Vilar { Da, Db, Dr, Ds, Ma, Mr, A, R, C }
    r1 : Da + A => Db      @ a
    r2 : Db => Da + A      @ b
    r3 : Dr + A => Ds      @ c
    r4 : Ds => Dr + A      @ d
    r5 : Db => Db + Ma     @ e
    r6 : Da => Da + Ma     @ f
    r7 : Ds => Ds + Mr     @ g
    r8 : Dr => Dr + Mr     @ h
    r9 : Ma =>             @ i
    r10 : Mr =>            @ j
    r11 : Ma => Ma + A     @ k
    r12 : Mr => Mr + R     @ l
    r13 : A + R => C       @ m
    r14 : C => R           @ n
    r15 : A =>             @ o
    r16 : R =>             @ p
}
define_system! {
    a b c d;
    Dimer { X, Y, Z }
    r1 : X =>              @ a
    r2 : 2 X => Y          @ b
    r3 : Y => 2 X          @ c
    r4 : Y => Z            @ d
}
define_system! {
    a b;
    Sir { S, I, R }
    r1 : S + I => 2 I      @ a
    r2 : I => R            @ b
}
define_system! {
    a b c d e f g h i j k l;
    Receptor { L, B, A, C, D, T }
    r1 : L + B => C        @ a
    r2 : C => L + B        @ b
    r3 : L + A => D        @ c
    r4 : D => L + A        @ d
    r5 : D + B => T        @ e
    r6 : T => D + B        @ f
    r7 : C =>              @ g
    r8 : T =>              @ h
    r9 : => A              @ i
    r10 : A =>             @ j
    r11 : => B             @ k
    r12 : B =>             @ l
}

/// Thread time of one replicate at run time and by the macro; empty for networks that rebop has no definition of here.
pub(crate) fn peers(case: &Case, seed: u64) -> Vec<f64> {
    let by_macro = match case.name {
        "Vilar" => vilar,
        "dimer" => dimer,
        "SIR" => sir,
        "IL-2 cell" => receptor,
        _ => return Vec::new(),
    };
    let mut run_time = at_run_time(case);
    run_time.seed(seed);
    let (first, ()) = thread_time::of(|| {
        for time in &case.times {
            run_time.advance_until(*time);
        }
    });
    let (second, _) = thread_time::of(|| by_macro(seed, &case.times));
    vec![first, second]
}

/// A network of mass action, rebuilt in rebop's sparse form.
fn at_run_time(case: &Case) -> Gillespie {
    let network = &case.network;
    let amounts: Vec<isize> = network
        .initial_amounts()
        .iter()
        .map(|amount| *amount as isize)
        .collect();
    let species = amounts.len();
    let mut gillespie = Gillespie::new(amounts, true);
    for channel in network.channels() {
        let mut reactants = vec![0; species];
        for (id, number) in network.reactants(channel) {
            reactants[id.index()] = *number;
        }
        let mut change = vec![0; species];
        for (id, by) in network.net_change(channel) {
            change[id.index()] = by as isize;
        }
        // Every reactant once more than it needs: the product of falling factorials is then known.
        let plenty: Vec<f64> = reactants
            .iter()
            .map(|number| f64::from(*number) + 1.0)
            .collect();
        let factor: f64 = reactants
            .iter()
            .map(|number| (2..=*number + 1).map(f64::from).product::<f64>())
            .product();
        let constant = network.propensity(channel, &plenty, 0.0) / factor;
        gillespie.add_reaction(Rate::lma(constant, reactants), change);
    }
    gillespie
}

fn vilar(seed: u64, times: &[f64]) -> f64 {
    let mut s = Vilar::with_parameters(
        1.0, 50.0, 1.0, 100.0, 500.0, 50.0, 50.0, 0.01, 10.0, 0.5, 50.0, 5.0, 2.0, 1.0, 1.0, 0.2,
    );
    s.seed(seed);
    (s.Da, s.Dr) = (1, 1);
    let mut sum = 0.0;
    for &time in times {
        s.advance_until(time);
        sum += s.R as f64;
    }
    sum
}
fn dimer(seed: u64, times: &[f64]) -> f64 {
    let mut s = Dimer::with_parameters(1.0, 0.001, 0.5, 0.04);
    s.seed(seed);
    s.X = 100_000;
    let mut sum = 0.0;
    for &time in times {
        s.advance_until(time);
        sum += s.Y as f64;
    }
    sum
}
fn sir(seed: u64, times: &[f64]) -> f64 {
    let mut s = Sir::with_parameters(5e-5, 0.1);
    s.seed(seed);
    (s.S, s.I) = (9900, 100);
    let mut sum = 0.0;
    for &time in times {
        s.advance_until(time);
        sum += s.I as f64;
    }
    sum
}
fn receptor(seed: u64, times: &[f64]) -> f64 {
    let mut s = Receptor::with_parameters(
        1e-6, 0.01, 1e-5, 0.1, 1e-4, 0.001, 0.001, 0.001, 5.0, 0.001, 1.0, 0.001,
    );
    s.seed(seed);
    (s.L, s.B, s.A) = (10_000, 1000, 5000);
    let mut sum = 0.0;
    for &time in times {
        s.advance_until(time);
        sum += s.T as f64;
    }
    sum
}
