//! Immune cells, receptors, cytokines and fates: one virtual mouse as one replicate
