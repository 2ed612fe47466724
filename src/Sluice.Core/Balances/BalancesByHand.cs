namespace Sluice.Core;

internal static class BalancesByHand
{
    public static Outcome Create(Customer customer, Catalog catalog, Command.CreateBalance command, Instant now) => throw new NotImplementedException();

    public static Outcome Update(Customer customer, Catalog catalog, Command.UpdateBalance command, Instant now) => throw new NotImplementedException();

    public static Outcome Delete(Customer customer, Catalog catalog, Command.DeleteBalance command) => throw new NotImplementedException();
}
