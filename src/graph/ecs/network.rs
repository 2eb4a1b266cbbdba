//! The network of tasks: their subnets, how those reach the internet, and the endpoints of their VPC.

use super::super::identity::NamedBy;
use super::super::{Resource, ResourceGraph, Target};
use super::Launch;
use crate::template::ParameterType;
use crate::values::{Choice, Expression, Formula, Found, Part, ResourceId, Text, Unknown, Value};

const SUBNETS: NamedBy =
    NamedBy { resource_type: "AWS::EC2::Subnet", property: "SubnetId", arn_marker: "subnet/", reserved: &[] };
const ROUTE_TABLES: NamedBy =
    NamedBy { resource_type: "AWS::EC2::RouteTable", property: "RouteTableId", arn_marker: "route-table/", reserved: &[] };
const ASSOCIATION: &str = "AWS::EC2::SubnetRouteTableAssociation";
const ROUTE: &str = "AWS::EC2::Route";
const ENDPOINT: &str = "AWS::EC2::VPCEndpoint";

/// Whether a subnet has a way out of its VPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Egress {
    /// No route of its table leaves the VPC: the formula says when.
    None(Formula),
    /// Its routes are not all in the templates.
    Unknown,
}

impl<'t> ResourceGraph<'t> {
    /// The items of a launch's subnets, those that the templates declare and the others.
    #[must_use]
    pub fn subnet_items(&self, launch: &Launch<'t>) -> Vec<Choice<'t>> {
        // EventBridge rules spell it in their own way.
        let lists = ["AwsvpcConfiguration", "AwsVpcConfiguration"]
            .into_iter()
            .flat_map(|name| self.values.path(&launch.settings, &["NetworkConfiguration", name, "Subnets"]));
        lists.flat_map(|list| self.values.items(&list)).collect()
    }

    /// The subnets of a launch that the templates declare, each with the condition and the item that names it.
    #[must_use]
    pub fn subnets_of(&self, launch: &Launch<'t>) -> Vec<(Formula, Resource<'t>, Expression<'t>)> {
        let mut found = Vec::new();
        for item in self.subnet_items(launch) {
            let Some(written) = item.written() else { continue };
            for identity in self.identify(&item, SUBNETS) {
                if let Some(subnet) = self.target(&identity) {
                    found.push((identity.when, subnet, written));
                }
            }
        }
        found
    }

    /// When a subnet has IPv6 addresses only, and where that is written.
    #[must_use]
    pub fn ipv6_native(&self, subnet: &Resource<'t>) -> Option<(Formula, Expression<'t>)> {
        for properties in self.properties(subnet) {
            let on = self.is_on(&properties, "Ipv6Native");
            if self.values.possible(on) {
                let written = self.values.property(&properties, "Ipv6Native").iter().find_map(Choice::written)?;
                return Some((on, written));
            }
        }
        None
    }

    /// When no route leads out of a subnet's VPC.
    #[must_use]
    pub fn egress(&self, subnet: ResourceId) -> Egress {
        let mut tables = Vec::new();
        for association in self.of_type(ASSOCIATION) {
            for properties in self.properties(&association) {
                let names_it = self.refers(&properties, "SubnetId", SUBNETS, subnet);
                if !self.values.possible(names_it) {
                    continue;
                }
                for name in self.values.property(&properties, "RouteTableId") {
                    for identity in self.identify(&name, ROUTE_TABLES) {
                        let Target::Resource(table) = identity.target else { return Egress::Unknown };
                        tables.push((self.values.formulas.and(names_it, identity.when), table));
                    }
                }
            }
        }
        if tables.is_empty() || tables.iter().any(|(_, table)| self.is_used_elsewhere(*table)) {
            return Egress::Unknown;
        }
        let formulas = &self.values.formulas;
        let mut closed = Vec::new();
        for (when, table) in tables {
            let mut open = Vec::new();
            for route in self.of_type(ROUTE) {
                for properties in self.properties(&route) {
                    open.push(self.refers(&properties, "RouteTableId", ROUTE_TABLES, table));
                }
            }
            closed.push(formulas.and(when, formulas.not(formulas.any(open))));
        }
        Egress::None(formulas.any(closed))
    }

    /// Whether something that may add routes refers to a route table.
    fn is_used_elsewhere(&self, table: ResourceId) -> bool {
        let edges = self.edges(table.stack);
        edges.iter().filter(|edge| edge.to == table).any(|edge| {
            let from = self.resource(edge.from);
            !matches!(from.resource_type(), ASSOCIATION | ROUTE | ENDPOINT)
        })
    }

    fn refers(&self, properties: &Choice<'t>, property: &str, named: NamedBy, target: ResourceId) -> Formula {
        let names = self.values.property(properties, property);
        let same = names.iter().flat_map(|name| self.identify(name, named)).filter(|identity| match identity.target {
            Target::Resource(id) => id == target,
            // What is not known may be it.
            Target::Unknown(_) => true,
            Target::Name(_) | Target::Absent => false,
        });
        self.values.formulas.any(same.map(|identity| identity.when).collect::<Vec<_>>())
    }

    /// The VPC of a subnet or an endpoint; `None` where it has several cases or none.
    #[must_use]
    pub fn vpc_of(&self, resource: &Resource<'t>) -> Option<Text<'t>> {
        let [choice] = self.property(resource, &["VpcId"]).try_into().ok()?;
        match self.values.cases_of(&choice).as_slice() {
            [case] => match &case.value {
                Value::Text(text) => Some(text.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// The interface endpoints that may be in a VPC, each with what names its service.
    #[must_use]
    pub fn interface_endpoints(&self, vpc: &Text<'t>) -> Vec<(Resource<'t>, Vec<Result<Text<'t>, Unknown>>)> {
        let endpoints = self.of_type(ENDPOINT).into_iter().filter(|endpoint| {
            let here = self.vpc_of(endpoint).is_none_or(|own| self.values.same_text(&own, vpc) != Formula::FALSE);
            let types = self.property(endpoint, &["VpcEndpointType"]);
            let gateway = types.iter().all(|choice| match choice.found {
                // An endpoint is a gateway where nothing is said.
                Found::Absent => true,
                Found::Written(written) => written.node.as_str() == Some("Gateway"),
                Found::Unknown(_) => false,
            });
            here && !gateway
        });
        endpoints.map(|endpoint| (endpoint, self.services_of(&endpoint))).collect()
    }

    fn services_of(&self, endpoint: &Resource<'t>) -> Vec<Result<Text<'t>, Unknown>> {
        let names = self.property(endpoint, &["ServiceName"]);
        let cases = names.iter().flat_map(|name| self.values.cases_of(name));
        cases
            .map(|case| match case.value {
                Value::Text(text) if self.is_endpoint_service(&text) => Ok(text),
                Value::Text(_) | Value::Absent | Value::Structure(_) | Value::Invalid => Err(Unknown::Function),
                Value::Unknown(why) => Err(why),
            })
            .collect()
    }

    /// Whether all that is open in the name of an endpoint's service is its region or partition.
    fn is_endpoint_service(&self, name: &Text<'t>) -> bool {
        name.parts().iter().all(|part| match part {
            Part::Literal(_) | Part::Pseudo(..) => true,
            Part::Parameter(stack, parameter) => {
                self.values.has_allowed_values(*stack, parameter)
                    && self
                        .values
                        .template(*stack)
                        .parameters
                        .get(parameter)
                        .is_some_and(|parameter| parameter.parameter_type == ParameterType::String)
            }
            _ => false,
        })
    }
}
