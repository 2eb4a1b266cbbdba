//! The language server.
//!
//! One thread takes messages in order and answers from what it knows at that moment; texts are analysed when no message waits.
//! Each feature is a file with a function from an open template and a place in it to a result.

mod capabilities;
mod convert;
mod diagnostics;
mod documents;
mod folder;
mod queue;
mod requests;
mod server;
mod uri;

pub use server::{ServeError, serve};
