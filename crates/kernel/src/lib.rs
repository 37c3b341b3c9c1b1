//! Random streams, reaction networks, exact and leaping methods, ensembles of replicates
