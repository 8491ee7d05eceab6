//! Who comes in: signing in and out, people and their settings, and the guard at every door.

pub mod account;
pub mod authenticator;
pub mod cookie;
pub mod guard;
pub mod invitation;
pub mod me;
pub mod network;
pub mod people;
pub mod second_factor;
pub mod session;
pub mod sign_in;
