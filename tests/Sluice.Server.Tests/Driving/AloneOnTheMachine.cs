namespace Sluice.Server.Tests.Driving;

/// <summary>Tests that start processes under load run one after the other.</summary>
[CollectionDefinition(nameof(AloneOnTheMachine), DisableParallelization = true)]
public sealed class AloneOnTheMachine;
