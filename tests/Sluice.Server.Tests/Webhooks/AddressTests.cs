using System.Net;
using Sluice.Server.Tests.Frame;
using Sluice.Server.Webhooks;

namespace Sluice.Server.Tests.Webhooks;

/// <summary>Where messages may go.</summary>
public sealed class AddressTests(OneServer one) : IClassFixture<OneServer>
{
    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("1.1.1.1", true)]
    [InlineData("172.15.255.255", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("100.63.255.255", true)]
    [InlineData("100.128.0.1", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("0.1.2.3", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("100.127.255.255", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.255.255.254", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.0.0.170", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("198.19.255.255", false)]
    [InlineData("198.51.100.1", false)]
    [InlineData("203.0.113.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("240.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("2606:4700:4700::1111", true)]
    [InlineData("2a00:1450:4001:80b::200e", true)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::8.8.8.8", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("fec0::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2001::1", false)]
    [InlineData("3fff::1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:10.1.2.3", false)]
    [InlineData("::ffff:169.254.169.254", false)]
    [InlineData("64:ff9b::8.8.8.8", true)]
    [InlineData("64:ff9b::10.0.0.1", false)]
    [InlineData("64:ff9b:1::8.8.8.8", false)]
    [InlineData("2002:808:808::1", true)]
    [InlineData("2002:a00:1::1", false)]
    public void An_address_is_open_to_the_world(string address, bool open) => Assert.Equal(open, Addresses.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("https://example.com/hook?x=1", null)]
    [InlineData("http://example.com:8080", null)]
    [InlineData("https://8.8.8.8/", null)]
    [InlineData("ftp://example.com", "http")]
    [InlineData("file:///etc/passwd", "http")]
    [InlineData("/hook", "http")]
    [InlineData("x", "http")]
    [InlineData("https://user:password@example.com", "user")]
    [InlineData("https://example.com/#part", "fragment")]
    [InlineData("http://127.0.0.1", "private")]
    [InlineData("http://127.1", "private")]
    [InlineData("http://2130706433", "private")]
    [InlineData("http://0x7f000001", "private")]
    [InlineData("http://0177.0.0.1", "private")]
    [InlineData("http://[::1]:80", "private")]
    [InlineData("http://[::ffff:10.0.0.1]", "private")]
    [InlineData("http://169.254.169.254/latest/meta-data", "private")]
    [InlineData("http://localhost:3000", "private")]
    [InlineData("http://LOCALHOST.", "private")]
    [InlineData("http://api.localhost", "private")]
    public async Task A_URL_is_judged_when_it_is_given(string url, string? refused)
    {
        var made = await one.Server.Api.Post("webhooks.create", new { url });
        if (refused is null)
        {
            made.MustBe(200);
            return;
        }

        Assert.Equal((400, "invalid_inputs"), (made.Status, made.Code));
        Assert.Contains("url: ", made.Message, StringComparison.Ordinal);
        Assert.Contains(refused, made.Message, StringComparison.Ordinal);
        var there = (await one.Server.Api.Post("webhooks.create", new { url = "https://example.com" })).MustBe(200);
        Assert.Equal(400, (await one.Server.Api.Post("webhooks.update", new { webhook_id = there.Word("id"), url })).Status);
    }

    [Fact]
    public void With_the_setting_private_networks_are_open_and_other_schemes_are_not()
    {
        Assert.Null(Addresses.Fault("http://127.0.0.1:3000/hook", allowPrivate: true));
        Assert.NotNull(Addresses.Fault("gopher://127.0.0.1", allowPrivate: true));
    }
}
