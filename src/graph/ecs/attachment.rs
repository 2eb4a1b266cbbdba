//! Which capacity providers are attached to which cluster, and by whom.

use super::super::identity::{Identity, Target};
use super::super::{Resource, ResourceGraph};
use super::capacity::{CLUSTERS, PROVIDERS};
use super::{ASSOCIATIONS, CLUSTER};
use crate::values::{Expression, Formula, Found, ResourceId};

/// A list of capacity providers that is written to a cluster, in one case.
#[derive(Clone, Debug)]
pub struct Attachment<'t> {
    /// When it is.
    pub when: Formula,
    /// The cluster itself, or its associations.
    pub writer: Resource<'t>,
    /// The cluster; `None` for one that is not known.
    pub cluster: Option<ResourceId>,
    /// The list, where it is written.
    pub list: Option<Expression<'t>>,
    /// What it names.
    pub providers: Vec<Attached<'t>>,
    /// Whether all that it names is in `providers`.
    pub complete: bool,
}

/// A provider in such a list.
#[derive(Clone, Debug)]
pub struct Attached<'t> {
    /// The item.
    pub written: Expression<'t>,
    /// What it names.
    pub provider: Identity<'t>,
}

impl<'t> ResourceGraph<'t> {
    /// Everything that attaches capacity providers to clusters.
    #[must_use]
    pub fn attachments(&self) -> Vec<Attachment<'t>> {
        let mut found = Vec::new();
        let clusters = self.of_type(CLUSTER);
        clusters.iter().for_each(|cluster| self.find_companions(cluster));
        for cluster in clusters {
            self.attachments_of(cluster, Some(cluster.id), Formula::TRUE, &mut found);
        }
        for associations in self.of_type(ASSOCIATIONS) {
            for named in self.property(&associations, &["Cluster"]) {
                for identity in self.identify(&named, CLUSTERS) {
                    let cluster = match identity.target {
                        Target::Resource(id) => Some(id),
                        // A name that is written out is no cluster of these templates.
                        Target::Name(_) | Target::Absent => continue,
                        Target::Unknown(_) => None,
                    };
                    self.attachments_of(associations, cluster, identity.when, &mut found);
                }
            }
        }
        found
    }

    fn attachments_of(&self, writer: Resource<'t>, cluster: Option<ResourceId>, when: Formula, found: &mut Vec<Attachment<'t>>) {
        for list in self.property(&writer, &["CapacityProviders"]) {
            let when = self.values.formulas.and(when, list.when);
            if !self.values.possible(when) {
                continue;
            }
            let mut attachment = Attachment {
                when,
                writer,
                cluster,
                list: list.written(),
                providers: Vec::new(),
                complete: !matches!(list.found, Found::Unknown(_)),
            };
            for item in self.values.items(&list) {
                let Some(written) = item.written() else {
                    attachment.complete = false;
                    continue;
                };
                let providers = self.identify(&item, PROVIDERS).into_iter();
                attachment.providers.extend(providers.map(|provider| Attached { written, provider }));
            }
            found.push(attachment);
        }
    }

    /// When two identities name the same provider; `None` where that is not to be known.
    #[must_use]
    pub fn same_provider(&self, a: &Target<'t>, b: &Target<'t>) -> Option<Formula> {
        match (a, b) {
            (Target::Resource(a), Target::Resource(b)) => Some(if a == b { Formula::TRUE } else { Formula::FALSE }),
            (Target::Name(a), Target::Name(b)) => Some(self.values.same_text(a, b)),
            (Target::Unknown(_), _) | (_, Target::Unknown(_)) => None,
            _ => Some(Formula::FALSE),
        }
    }

    /// When an attachment names `target` for certain.
    #[must_use]
    pub fn attaches(&self, attachment: &Attachment<'t>, target: &Target<'t>) -> Formula {
        let formulas = &self.values.formulas;
        let ways = attachment.providers.iter().map(|attached| {
            let same = self.same_provider(&attached.provider.target, target).unwrap_or(Formula::FALSE);
            formulas.all([attachment.when, attached.provider.when, same])
        });
        formulas.any(ways.collect::<Vec<_>>())
    }

    /// When one of `attachments` attaches `target` to `cluster`, or may.
    #[must_use]
    pub fn may_attach<'a>(
        &self,
        attachments: impl IntoIterator<Item = &'a Attachment<'t>>,
        cluster: ResourceId,
        target: &Target<'t>,
    ) -> Formula
    where
        't: 'a,
    {
        let formulas = &self.values.formulas;
        let mut ways = Vec::new();
        for attachment in attachments {
            if attachment.cluster.is_none() || attachment.cluster == Some(cluster) && !attachment.complete {
                ways.push(attachment.when);
            } else if attachment.cluster == Some(cluster) {
                ways.extend(attachment.providers.iter().map(|attached| {
                    let same = self.same_provider(&attached.provider.target, target).unwrap_or(Formula::TRUE);
                    formulas.all([attachment.when, attached.provider.when, same])
                }));
            }
        }
        formulas.any(ways)
    }
}
