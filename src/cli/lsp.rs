//! `cfnvet lsp`.

use std::thread;

use lsp_server::Connection;

use super::{CliError, FINDINGS, SUCCESS, output};
use crate::check::STACK_BYTES;
use crate::lsp;

/// Serves an editor until it is done.
pub(super) fn run() -> Result<u8, CliError> {
    rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build_global()?;
    let (connection, threads) = Connection::stdio();
    let server = thread::Builder::new().name("server".to_owned()).stack_size(STACK_BYTES);
    let served = server.spawn(move || lsp::serve(connection)).map_err(CliError::Thread)?.join();
    let in_order = match served {
        Ok(Ok(in_order)) => in_order,
        Ok(Err(error)) => {
            output::error(&error.to_string());
            false
        }
        Err(_) => false,
    };
    // Where the editor went away, nobody ends what reads from it.
    if in_order {
        threads.join()?;
    }
    Ok(if in_order { SUCCESS } else { FINDINGS })
}
