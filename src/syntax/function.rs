//! The names of CloudFormation's intrinsic and condition functions.

macro_rules! functions {
    ($($variant:ident $long:literal $short:literal),* $(,)?) => {
        /// An intrinsic or condition function.
        ///
        /// Source: intrinsic function reference,
        /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Function { $(#[doc = $long] $variant),* }

        impl Function {
            /// Every function, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name as a key: `Ref`, `Fn::Sub`.
            #[must_use]
            pub const fn long(self) -> &'static str {
                match self { $(Self::$variant => $long),* }
            }

            /// The name as a tag, without the `!`: `Ref`, `Sub`.
            #[must_use]
            pub const fn short(self) -> &'static str {
                match self { $(Self::$variant => $short),* }
            }

            /// The function whose tag is `!name`.
            #[must_use]
            pub fn from_short(name: &str) -> Option<Self> {
                match name { $($short => Some(Self::$variant),)* _ => None }
            }

            /// The function whose key is `name`.
            #[must_use]
            pub fn from_long(name: &str) -> Option<Self> {
                match name { $($long => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

functions! {
    Ref "Ref" "Ref",
    Condition "Condition" "Condition",
    Base64 "Fn::Base64" "Base64",
    Cidr "Fn::Cidr" "Cidr",
    FindInMap "Fn::FindInMap" "FindInMap",
    GetAtt "Fn::GetAtt" "GetAtt",
    GetAZs "Fn::GetAZs" "GetAZs",
    GetStackOutput "Fn::GetStackOutput" "GetStackOutput",
    ImportValue "Fn::ImportValue" "ImportValue",
    Join "Fn::Join" "Join",
    Length "Fn::Length" "Length",
    Select "Fn::Select" "Select",
    Split "Fn::Split" "Split",
    Sub "Fn::Sub" "Sub",
    ToJsonString "Fn::ToJsonString" "ToJsonString",
    Transform "Fn::Transform" "Transform",
    If "Fn::If" "If",
    And "Fn::And" "And",
    Or "Fn::Or" "Or",
    Not "Fn::Not" "Not",
    Equals "Fn::Equals" "Equals",
    Contains "Fn::Contains" "Contains",
    EachMemberEquals "Fn::EachMemberEquals" "EachMemberEquals",
    EachMemberIn "Fn::EachMemberIn" "EachMemberIn",
    RefAll "Fn::RefAll" "RefAll",
    ValueOf "Fn::ValueOf" "ValueOf",
    ValueOfAll "Fn::ValueOfAll" "ValueOfAll",
}
