//! Demo data: two accounts with people, knowledge and sixty days of work, for development only.

mod cast;
mod company;
mod draft;
mod files;
mod foundation;
mod history;
mod hours;
mod ledger;
mod office;
mod queries;
mod rows;
#[cfg(test)]
mod tests;
mod thread;
mod ticket;

pub use company::PASSWORD;
pub use ticket::generate_ticket;

use crate::{Ctx, Error, Result};

/// Seeds the demo accounts Acme (id 1) and Globex (id 2). Complete when it returns: nothing waits in a queue and
/// nothing is announced. A second call changes nothing; an interrupted one is finished by the next.
///
/// # Errors
/// `Conflict` in production, or when one of the ids belongs to an account that is not the demo's.
pub async fn seed(ctx: &Ctx) -> Result<()> {
    if ctx.settings.production {
        return Err(Error::Conflict {
            code: "production",
            message: "Demo data is for development; this is a production installation.",
        });
    }
    for company in &company::COMPANIES {
        foundation::lay(ctx, company).await?;
        history::write(ctx, company).await?;
    }
    Ok(())
}
