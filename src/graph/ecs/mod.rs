//! ECS: typed views of what a template says about services, tasks and their capacity.
//!
//! Whether a capacity is right for a task is in the rules.

mod attachment;
mod capacity;
mod deployment;
mod exec;
mod group;
mod instance;
mod launch;
mod names;
mod network;
mod provider;
mod run;
mod session;
mod size;
mod states;
mod strategy;
mod task;

pub use attachment::{Attached, Attachment};
pub(super) use capacity::Associations;
pub use capacity::{CLUSTERS, Capacity, CapacityKind, PROVIDERS, Provider, StrategyItem, StrategySource, TIES};
pub use deployment::Number;
pub use exec::{ExecLaunch, ExecTask};
pub use group::{HostGroup, InstanceRole, LaunchData, UserData};
pub use instance::{InstanceSize, InstanceType, instance_size};
pub use launch::{Exec, Launch, LaunchPath};
pub use names::{Name, Names};
pub use network::Egress;
pub use provider::{GroupProvider, Image, ImageSupport, is_made_for_ecs};
pub use run::{Fit, Launched, Run};
pub use session::SessionSettings;
pub use size::Size;
pub use strategy::{ProviderKind, Strategy, Weighted};
pub use task::{Compute, Container, TaskDefinition};

/// `AWS::ECS::Service`
pub const SERVICE: &str = "AWS::ECS::Service";
/// `AWS::ECS::TaskSet`
pub const TASK_SET: &str = "AWS::ECS::TaskSet";
/// `AWS::ECS::Cluster`
pub const CLUSTER: &str = "AWS::ECS::Cluster";
/// `AWS::ECS::ClusterCapacityProviderAssociations`
pub const ASSOCIATIONS: &str = "AWS::ECS::ClusterCapacityProviderAssociations";
/// `AWS::ECS::CapacityProvider`
pub const CAPACITY_PROVIDER: &str = "AWS::ECS::CapacityProvider";
/// `AWS::ECS::TaskDefinition`
pub const TASK_DEFINITION: &str = "AWS::ECS::TaskDefinition";
