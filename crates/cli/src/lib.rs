//! The paracrine command: arguments, progress, tables for people, exit codes
