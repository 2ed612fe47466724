using System.Collections.Immutable;
using System.Text.Json;
using Sluice.Core;
using Sluice.Server.Customers;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Api;

/// <summary>One authenticated request: who, which version, what was sent, and the moment it was read.</summary>
internal sealed class Call(Engine engine, HttpContext http, Caller caller, ApiVersion version, Instant now, JsonElement json) : View(caller.Scope, now)
{
    public Engine Engine => engine;

    public bool IsPublishable => caller.Kind == KeyKind.Publishable;

    /// <summary>True when the key may do what needs this scope.</summary>
    public bool Allows(string needed) => caller.Scopes?.Allow(needed) != false;

    /// <summary>What follows the scheme in the Authorization header.</summary>
    public string Token => http.Request.Headers.Authorization.ToString()["Bearer ".Length..];

    public ApiVersion Version => version;

    public JsonElement Json => json;

    public HttpRequest Request => http.Request;

    /// <summary>Claims that must be committed with the request's effect.</summary>
    public ImmutableArray<Claim> Claims { get; private set; } = [];

    /// <summary>True when nothing has committed the claims yet.</summary>
    public bool ClaimsOpen => !Claims.IsEmpty;

    public string Route(string name) => (string)http.Request.RouteValues[name]!;

    public string? Query(string name) => http.Request.Query.TryGetValue(name, out var values) ? values.ToString() : null;

    public void Claim(Claim claim) => Claims = Claims.Add(claim);

    public ValueTask<Ran> Run(string customerId, Command command) => Run([new Addressed(customerId, command)]);

    public ValueTask<Ran> Run(ImmutableArray<Addressed> commands) => ClaimsOpen ? RunWithClaims(commands) : engine.Runner.Run(Scope, commands, [], Now);

    /// <summary>Marks the claims as committed when the run stored something.</summary>
    public Ran Spent(Ran ran)
    {
        if (ran.Stored) Claims = [];
        return ran;
    }

    /// <summary>Changes the catalog and commits the claims with it; answers from the catalog after the change.</summary>
    public async ValueTask<Answer> ChangeCatalog(Func<CatalogContext, ValueTask<CatalogDecision>> decide, Func<Catalog, Answer> answer)
    {
        var (end, refusal, after, stored) = await engine.Catalogs.Change(Scope, decide, Claims, Now);
        if (stored) Claims = [];
        if (end != RunEnd.Done) return Failure(end, refusal);
        return answer(after!);
    }

    /// <summary>Waits until no other call of billing is under way for the customer. Null when there is none.</summary>
    public async ValueTask<IAsyncDisposable?> BillingTurn(string customerId) =>
        await Stored(customerId) is { } customer ? await engine.Payments.TakeTurn(Scope, customer, Now) : null;

    /// <summary>The committed customer as of now, or null.</summary>
    public async ValueTask<Customer?> Read(string customerId) => await Stored(customerId) is { } committed ? AsOfNow(committed) : null;

    /// <summary>The committed customer as it is written down, or null: what is due since is not applied.</summary>
    public ValueTask<Customer?> Stored(string customerId) => engine.Customers.FindCommitted(Scope, customerId, Now);

    public Customer AsOfNow(Customer customer) => Due.AsOf(customer, Catalog, customer.Moment(Now));

    public Answer NoSuchCustomer(string id) => Refuse(CommandRunner.NoSuchCustomer(id));

    /// <summary>The customer, or its entity of that id, committed and as of now; or why not.</summary>
    public async ValueTask<(Subject? Subject, Refusal? NotThere)> Read(string customerId, string? entityId) => Holder(await Stored(customerId), customerId, entityId);

    /// <param name="stored">As committed, or null.</param>
    public (Subject? Subject, Refusal? NotThere) Holder(Customer? stored, string customerId, string? entityId)
    {
        if (stored is not null && AsOfNow(stored) is var customer && (entityId is null || customer.Entities.Find(entityId) is not null)) return (customer.Subject(entityId), null);
        return (null, entityId is null ? CommandRunner.NoSuchCustomer(customerId) : Decider.NoSuchEntity(entityId));
    }

    public Answer Refuse(Refusal refusal) => Answer.Error(refusal, Scope.Environment);

    public Answer Refuse(RefusalCode code, string message) => Refuse(new Refusal(code, message));

    /// <summary>The answer to a run that did not end well.</summary>
    public Answer Failure(Ran ran) => Failure(ran.End, ran.Refusal);

    /// <summary>The same for what was asked of an entity: where the customer is missing, so is its entity.</summary>
    public Answer Failure(Ran ran, string? entityId) =>
        entityId is not null && ran.Refusal?.Code == RefusalCode.CustomerNotFound ? Refuse(Decider.NoSuchEntity(entityId)) : Failure(ran);

    private async ValueTask<Ran> RunWithClaims(ImmutableArray<Addressed> commands) => Spent(await engine.Runner.Run(Scope, commands, Claims, Now));

    private Answer Failure(RunEnd end, Refusal? refusal) => end switch
    {
        RunEnd.Refused => Refuse(refusal!),
        RunEnd.Overloaded => Answer.Overloaded(Scope.Environment),
        RunEnd.StoreFailed => Answer.Unreachable(Scope.Environment),
        _ => throw new InvariantViolation($"{end} is no failure"),
    };
}
