//! Plots and a self-contained HTML report from a results directory
