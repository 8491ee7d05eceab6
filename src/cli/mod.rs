//! The command line: each command translates its arguments, calls one layer below, and prints what came of it.

pub mod calendar;
pub mod classify;
pub mod corrections;
pub mod deadline;
pub mod demo;
pub mod doctor;
pub mod inspect;
pub mod intake;
pub mod lexicon;
pub mod people;
pub mod policy;
pub mod reconcile;
pub mod serve;
pub mod start;
pub mod systems;

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::bench;
use crate::config::Settings;

/// Takes the mail of a privacy contact, opens requests, counts their deadlines in real working days, reminds people in
/// time, and gives privacy officers one place to decide, answer and prove it.
#[derive(Debug, Parser)]
#[command(name = "habeas", version)]
struct Arguments {
    /// The settings file; `habeas.toml` in this folder if it is there
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start a filled dashboard on this machine alone, without any settings
    Demo(demo::DemoArgs),
    /// Run the dashboard, the intake, the reminders and the delivery
    Serve,
    /// Take in mail files, mbox files, Maildirs, or standard input (-)
    Intake(intake::IntakeArgs),
    /// Say what a mail invokes, without keeping it
    Classify(classify::ClassifyArgs),
    /// Say what must not leave in files, before they are given to anybody
    Inspect(inspect::InspectArgs),
    /// List where officers said otherwise than recognition, or export such mail as labelled samples
    Corrections(corrections::CorrectionsArgs),
    /// Propose words for the lexicon from labelled mail, and show what a changed lexicon would make of mail
    #[command(subcommand)]
    Lexicon(lexicon::LexiconCommand),
    /// Say when an answer is due
    Deadline(deadline::DeadlineArgs),
    /// Check or load a calendar of working days
    #[command(subcommand)]
    Calendar(calendar::CalendarCommand),
    /// Check or list policy packs
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Import or export the register of systems and recipients
    #[command(subcommand)]
    Systems(systems::SystemsCommand),
    /// Invite a person to the dashboard
    Invite(people::InviteArgs),
    /// Take away the second factor of a person who lost it
    ResetSecondFactor(people::ResetArgs),
    /// Compare every request with its journal, and mend what differs
    Rebuild,
    /// Count every mailbox now, and name each message that is unaccounted for
    Reconcile(reconcile::ReconcileArgs),
    /// Check database, keys, mailbox, mail server, calendar and time zone
    Doctor(doctor::DoctorArgs),
    /// Measure on this machine what the documentation claims
    #[command(subcommand)]
    Bench(bench::BenchCommand),
}

/// Runs the command that the arguments name.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let mut out = BufWriter::new(io::stdout().lock());
    let result = dispatch(arguments, &mut out).and_then(|code| Ok(out.flush().map(|()| code)?));
    match result {
        Ok(code) => code,
        // A reader that has seen enough (`| head`) is no error.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("habeas: {error:#}");
            let bad_input = error.downcast_ref::<deadline::BadInput>().is_some();
            ExitCode::from(if bad_input { deadline::BadInput::EXIT_CODE } else { 1 })
        }
    }
}

fn dispatch(arguments: Arguments, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let settings = || Settings::load(arguments.config.as_deref());
    match &arguments.command {
        Command::Demo(args) => demo::run(args, out).map(|()| ExitCode::SUCCESS),
        Command::Serve => serve::run(settings()?, out).map(|()| ExitCode::SUCCESS),
        Command::Intake(args) => intake::run(args, settings()?, out).map(|()| ExitCode::SUCCESS),
        Command::Classify(args) => classify::run(args, &settings()?, out).map(|()| ExitCode::SUCCESS),
        Command::Inspect(args) => inspect::run(args, out),
        Command::Corrections(args) => corrections::run(args, settings()?, out).map(|()| ExitCode::SUCCESS),
        Command::Lexicon(command) => lexicon::run(command, settings()?, out).map(|()| ExitCode::SUCCESS),
        Command::Deadline(args) => {
            let settings = settings()?;
            deadline::run(args, &|name| start::policy_term(&settings, name), out).map(|()| ExitCode::SUCCESS)
        }
        Command::Calendar(command) => calendar::run(command, settings, out),
        Command::Policy(command) => policy::run(command, settings, out),
        Command::Systems(command) => systems::run(command, settings()?, out),
        Command::Invite(args) => people::invite(args, settings()?, out).map(|()| ExitCode::SUCCESS),
        Command::ResetSecondFactor(args) => {
            people::reset_second_factor(args, settings()?, out).map(|()| ExitCode::SUCCESS)
        }
        Command::Rebuild => start::rebuild(settings()?, out),
        Command::Reconcile(args) => reconcile::run(args, settings()?, out),
        Command::Doctor(args) => doctor::run(*args, settings()?, out),
        Command::Bench(command) => bench::run(command, out).map(|()| ExitCode::SUCCESS),
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
