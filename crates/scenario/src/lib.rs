//! The scenario language, the ensemble runner and the results directory
