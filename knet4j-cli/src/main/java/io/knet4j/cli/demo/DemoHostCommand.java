package io.knet4j.cli.demo;
import io.knet4j.cli.Terminal;
@picocli.CommandLine.Command(name="demo-host")
public final class DemoHostCommand implements Runnable { public DemoHostCommand(Terminal t){} public void run(){} }
