//! The facts of resource types in the binary.

use cfnvet::schema::json::patterns;
use cfnvet::schema::{Facts, Keyword, Treatment, TypeSet};

fn facts() -> Facts<'static> {
    Facts::embedded()
}

#[test]
fn the_table_says_where_it_comes_from() {
    let provenance = facts().provenance();
    assert!(provenance.source.starts_with("cfn-lint "), "{provenance:?}");
    assert!(provenance.schema_date.ends_with('Z'), "{provenance:?}");
    assert_eq!(provenance.licence, "MIT-0");
}

#[test]
fn every_resource_type_is_found_by_its_name() {
    let mut count = 0;
    for known in facts().resource_types() {
        count += 1;
        let found = facts().resource_type(known.name()).expect("it was listed");
        assert_eq!(found.name(), known.name());
        assert!(found.is_serverless() || !found.regions().is_empty(), "{}", known.name());
        assert!(found.variants().all(|variant| variant.schema.get(Keyword::TypeName).is_some()), "{}", known.name());
    }
    assert!(count > 1_800, "{count}");
    assert!(facts().resource_type("AWS::S3::bucket").is_none());
}

#[test]
fn properties_have_their_facts_through_references() {
    let bucket = facts().resource_type("AWS::S3::Bucket").expect("it exists").variants().next().expect("it has one");
    assert!(bucket.schema.property("BucketName").expect("it exists").resolved().types().has(TypeSet::STRING));
    let status = bucket.schema.at_pointer("/properties/VersioningConfiguration/Status").expect("it exists").resolved();
    assert!(status.allowed().is_some_and(|list| list.strings().eq(["Enabled", "Suspended"])));
    assert!(!bucket.schema.takes_others());
}

#[test]
fn return_values_have_names_and_schemas() {
    let variant = |name: &str| facts().resource_type(name).and_then(|found| found.variants().next()).expect("it exists");
    assert!(variant("AWS::S3::Bucket").return_value("Arn").expect("it exists").schema.is_some());
    assert!(variant("AWS::S3::Bucket").return_value("Nothing").is_none());
    assert!(variant("AWS::CloudFormation::Stack").return_value("Outputs.Address").is_some());
}

#[test]
fn regions_are_known() {
    let region = |name: &str| facts().region(name);
    let topic = facts().resource_type("AWS::SNS::Topic").expect("it exists").regions();
    assert!(topic.meets(region("us-east-1").expect("it exists")));
    assert!(region("us-east-9").is_none());
}

#[test]
fn a_misspelt_resource_type_has_a_nearest_one() {
    assert_eq!(facts().nearest("AWS::S3::Buckett"), Some("AWS::S3::Bucket"));
    assert_eq!(facts().nearest("aws::s3::bucket"), Some("AWS::S3::Bucket"));
    assert_eq!(facts().nearest("Acme::Shop::Basket"), None);
}

#[test]
fn every_pattern_compiles_or_says_why_it_is_left_out() {
    let root = facts().table().root();
    let others = ["extensions", "other"].into_iter().filter_map(|part| Some(root.get(part)?.to_json()));
    let types = facts().resource_types().flat_map(|found| found.variants().collect::<Vec<_>>());
    let schemas: Vec<serde_json::Value> =
        types.map(|variant| cfnvet::schema::table::Value::Object(variant.schema.object()).to_json()).chain(others).collect();
    let distinct = patterns(&schemas);
    assert!(distinct.len() > 2_900, "{}", distinct.len());
    let left_out: std::collections::BTreeSet<&str> = facts()
        .treated_patterns()
        .filter(|(_, treatment)| matches!(treatment, Treatment::LeftOut(_)))
        .map(|(pattern, _)| pattern)
        .collect();
    // The second engine takes most of those that the table leaves out.
    let not_compiled: Vec<&str> = distinct.iter().copied().filter(|pattern| facts().pattern(pattern).is_none()).collect();
    for pattern in &not_compiled {
        assert!(left_out.contains(pattern), "{pattern} neither compiles nor is listed");
    }
    assert!(not_compiled.len() < 10, "{not_compiled:?}");
}

#[test]
fn treated_patterns_compile_or_say_why_they_are_left_out() {
    for (pattern, treatment) in facts().treated_patterns() {
        match treatment {
            Treatment::LeftOut(reason) => assert!(!reason.is_empty(), "{pattern}"),
            _ => assert!(facts().pattern(pattern).is_some(), "{pattern}"),
        }
    }
}
