//! Arguments to the command line; the whole chain of an error to standard error.

use std::process::ExitCode;

fn main() -> ExitCode {
    habeas::cli::run()
}
