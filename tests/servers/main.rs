//! Mail in and out against real servers: Dovecot and an SMTP server, each started for one test and gone after it.
//!
//! They need programs that a plain `cargo test` must not need, so each test is ignored by default and says so;
//! `.ci/run` installs Dovecot and aiosmtpd and runs them all: `cargo test --test servers -- --ignored`.

mod authorisation;
mod certificates;
mod doctor;
mod dovecot;
mod half_dead;
mod intake;
mod killed;
mod sending;
mod smtp;
mod tokens;
mod touching;
mod watching;
