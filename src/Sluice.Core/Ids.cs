namespace Sluice.Core;

/// <summary>One tenant's environment (or a named sandbox): features, plans and customers of two scopes never meet.</summary>
public readonly record struct ScopeId(int Value)
{
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A customer inside the engine. Never reused; the caller's own customer id may change or be freed.</summary>
public readonly record struct CustomerKey(long Value) : IComparable<CustomerKey>
{
    public int CompareTo(CustomerKey other) => Value.CompareTo(other.Value);

    public override string ToString() => $"cus_{Value}";
}

/// <summary>A feature's id: letters, digits, '_' and '-'.</summary>
public readonly record struct FeatureId(string Value) : IComparable<FeatureId>
{
    public int CompareTo(FeatureId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

/// <summary>A plan's id, the same for all its versions: letters, digits, '_' and '-'.</summary>
public readonly record struct PlanId(string Value) : IComparable<PlanId>
{
    public int CompareTo(PlanId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

/// <summary>The immutable terms of one plan item. 0 = terms that belong to no plan (a balance created by itself).</summary>
public readonly record struct TermsId(long Value)
{
    public static readonly TermsId None = new(0);
}

/// <summary>A grant of one customer: 1, 2, 3 … in the order they were opened, never reused.</summary>
public readonly record struct GrantNo(int Value) : IComparable<GrantNo>
{
    public int CompareTo(GrantNo other) => Value.CompareTo(other.Value);
}

/// <summary>A plan held by one customer: 1, 2, 3 … in the order they were attached, never reused.</summary>
public readonly record struct SubscriptionNo(int Value);

/// <summary>An entity of one customer: numbered with its grants and held plans, never reused.</summary>
public readonly record struct EntityNo(int Value) : IComparable<EntityNo>
{
    public int CompareTo(EntityNo other) => Value.CompareTo(other.Value);
}

/// <summary>Subscriptions that share a billing cycle and its invoices: the number of the first of them.</summary>
public readonly record struct CycleNo(int Value);

/// <summary>An invoice of one customer: numbered with its grants and held plans, never reused. The number printed on it is the store's.</summary>
public readonly record struct InvoiceNo(int Value);

/// <summary>A checkout of one customer: numbered with its grants and held plans, never reused.</summary>
public readonly record struct CheckoutNo(int Value);
