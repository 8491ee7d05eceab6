//! Habeas: a data-subject-rights request tracker. The layers in reading order, from the ground up.

pub mod domain;
pub mod handover;
pub mod packs;
pub mod space;
pub mod store;

pub mod board;
pub mod config;
pub mod house;
pub mod now;

pub mod disclosure;
pub mod mail;

pub mod jobs;
pub mod web;

pub mod bench;
pub mod demo;

pub mod cli;
