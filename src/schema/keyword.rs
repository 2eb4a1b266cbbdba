//! The words of resource schemas, each a number in the table.
//!
//! The order is part of the table's format: words are added at the end, with a new [`super::table::FORMAT`].

macro_rules! keywords {
    ($($name:ident = $text:literal,)*) => {
        /// A key of a schema, as the CloudFormation registry and cfn-lint write it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "each is a word of JSON Schema, of the registry's resource schemas, or of cfn-lint's additions")]
        pub enum Keyword {
            $($name,)*
        }

        impl Keyword {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word in a schema.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

keywords! {
    Type = "type",
    Ref = "$ref",
    AdditionalProperties = "additionalProperties",
    Properties = "properties",
    MaxLength = "maxLength",
    MinLength = "minLength",
    Required = "required",
    Pattern = "pattern",
    Items = "items",
    Enum = "enum",
    InsertionOrder = "insertionOrder",
    MaxItems = "maxItems",
    MinItems = "minItems",
    UniqueItems = "uniqueItems",
    Format = "format",
    TypeName = "typeName",
    PrimaryIdentifier = "primaryIdentifier",
    Minimum = "minimum",
    Maximum = "maximum",
    ReadOnlyProperties = "readOnlyProperties",
    CreateOnlyProperties = "createOnlyProperties",
    WriteOnlyProperties = "writeOnlyProperties",
    ConditionalCreateOnlyProperties = "conditionalCreateOnlyProperties",
    DeprecatedProperties = "deprecatedProperties",
    AdditionalIdentifiers = "additionalIdentifiers",
    Definitions = "definitions",
    Tagging = "tagging",
    Taggable = "taggable",
    TagUpdatable = "tagUpdatable",
    TagOnCreate = "tagOnCreate",
    TagProperty = "tagProperty",
    CloudFormationSystemTags = "cloudFormationSystemTags",
    PatternProperties = "patternProperties",
    AnyOf = "anyOf",
    OneOf = "oneOf",
    AllOf = "allOf",
    Not = "not",
    If = "if",
    Then = "then",
    Else = "else",
    Const = "const",
    MaxProperties = "maxProperties",
    MinProperties = "minProperties",
    ExclusiveMinimum = "exclusiveMinimum",
    ExclusiveMaximum = "exclusiveMaximum",
    MultipleOf = "multipleOf",
    Lifecycle = "lifecycle",
    ReplacementStrategy = "replacementStrategy",
    RelationshipRef = "relationshipRef",
    Default = "default",
    ArrayType = "arrayType",
    EnumCaseInsensitive = "enumCaseInsensitive",
    RequiredXor = "requiredXor",
    RequiredOr = "requiredOr",
    Dependencies = "dependencies",
    DependentRequired = "dependentRequired",
    DependentExcluded = "dependentExcluded",
    UniqueKeys = "uniqueKeys",
    MaxUniqueItems = "maxUniqueItems",
    PrefixItems = "prefixItems",
    Contains = "contains",
    PropertyNames = "propertyNames",
    CfnLint = "cfnLint",
    CfnContext = "cfnContext",
    CfnGather = "cfnGather",
    DynamicValidation = "dynamicValidation",
    AwsType = "awsType",
    Data = "$data",
    Lookup = "$lookup",
    Advisory = "advisory",
}
