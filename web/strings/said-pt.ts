// What monitors and devices say, in Portuguese.
import type { Sentences } from './translated.ts';

/**
 * What monitors and devices say, by the English of the built-in ones; what nobody translated here,
 * such as the words of a loaded monitor, shows as it is.
 */
export const saidPt: Sentences = {
  'Raw TCP port (9100)': 'Porta TCP raw (9100)',
  'Sends documents as they are over a TCP connection, one connection a document.':
    'Envia os documentos tal como são por uma ligação TCP, uma por documento.',
  'LPR port (LPD, RFC 1179)': 'Porta LPR (LPD, RFC 1179)',
  'Sends documents to a queue of a printer or print server that speaks LPD.':
    'Envia os documentos a uma fila de uma impressora ou de um servidor que fala LPD.',
  'IPP port (ipp and ipps)': 'Porta IPP (ipp e ipps)',
  'Sends documents by IPP and follows each job to its end on the printer.':
    'Envia os documentos por IPP e segue cada trabalho na impressora até ao fim.',
  'USB port': 'Porta USB',
  'Sends documents to a printer at a USB socket of this box, as they are or by IPP over USB.':
    'Envia os documentos a uma impressora USB desta caixa, tal como são ou por IPP sobre USB.',
  'Serial port': 'Porta série',
  'Sends documents as they are to a printer at a serial port of this box.':
    'Envia os documentos tal como são a uma impressora numa porta série desta caixa.',
  'Parallel port': 'Porta paralela',
  'Sends documents as they are to a printer at a parallel port of this box.':
    'Envia os documentos tal como são a uma impressora numa porta paralela desta caixa.',
  File: 'Ficheiro',
  'Writes documents as they are into a file or a FIFO of the data folder.':
    'Escreve os documentos tal como são num ficheiro ou FIFO da pasta de dados.',

  'Port name': 'Nome da porta',
  'What the port is called here.': 'Como a porta se chama aqui.',
  'What the port is called here; it has no meaning for the printer.':
    'Como a porta se chama aqui; à impressora não diz nada.',
  'What the port is called here: USB001, for instance.':
    'Como a porta se chama aqui: USB001, por exemplo.',
  'What the port is called here: COM1, for instance.':
    'Como a porta se chama aqui: COM1, por exemplo.',
  'What the port is called here: LPT1, for instance.':
    'Como a porta se chama aqui: LPT1, por exemplo.',
  'Host name or address': 'Nome ou endereço',
  'Where the printer is on the network.': 'Onde a impressora está na rede.',
  'Where the printer or print server is on the network.':
    'Onde a impressora ou o servidor de impressão está na rede.',
  'TCP port': 'Porta TCP',
  '9100 for most printers; print servers with several printers use 9101, 9102 …':
    '9100 na maioria; servidores com várias impressoras usam 9101, 9102 …',
  '515 for all but special set-ups.': '515, salvo em casos especiais.',
  Description: 'Descrição',
  'Anything that helps people: where it stands, whom to call.':
    'O que ajudar as pessoas: onde está, a quem telefonar.',
  'Anything that helps people: who reads it, whom to call.':
    'O que ajudar as pessoas: quem o lê, a quem telefonar.',
  'Connect time-out': 'Tempo para ligar',
  'How long one attempt to reach the printer takes; attempts are repeated.':
    'Quanto dura uma tentativa de chegar à impressora; as tentativas repetem-se.',
  'Write time-out': 'Tempo de escrita',
  'After this time without progress the printer is shown as waiting; nothing is given up.':
    'Depois deste tempo sem avanço a impressora aparece em espera; nada é abandonado.',
  'After this time without progress a FIFO is shown as waiting; nothing is given up.':
    'Depois deste tempo sem avanço o FIFO aparece em espera; nada é abandonado.',
  'Wait for the end': 'Espera pelo fim',
  'How long the printer may take to close the connection after the last byte.':
    'Quanto tempo a impressora pode levar a fechar a ligação depois do último byte.',
  'Back-channel': 'Canal de retorno',
  'Keep what the printer sends back, for language monitors.':
    'Guardar o que a impressora responde, para os monitores de linguagem.',

  'Ask by SNMP': 'Perguntar por SNMP',
  'Reads state, supplies and counters from the printer; needs a community or a user.':
    'Lê estado, consumíveis e contadores da impressora; precisa de comunidade ou utilizador.',
  'SNMP version': 'Versão de SNMP',
  '1 and 2c send a community, 3 a user.': '1 e 2c enviam uma comunidade, 3 um utilizador.',
  'SNMP community': 'Comunidade SNMP',
  'As the printer has it; it is never shown again.':
    'Como a impressora a tem; não volta a ser mostrada.',
  'SNMP user': 'Utilizador SNMP',
  'The user of version 3.': 'O utilizador da versão 3.',
  Authentication: 'Autenticação',
  'How the user proves the password.': 'Como o utilizador prova a palavra-passe.',
  "User's password": 'Palavra-passe do utilizador',
  'At least 8 characters; it is never shown again.':
    'Pelo menos 8 caracteres; não volta a ser mostrada.',
  Encryption: 'Cifra',
  'Used where there is a password for it.': 'Usada onde houver palavra-passe para ela.',
  'Password for encryption': 'Palavra-passe da cifra',
  'At least 8 characters; empty: nothing is encrypted. It is never shown again.':
    'Pelo menos 8 caracteres; vazia: nada é cifrado. Não volta a ser mostrada.',
  'SNMP port': 'Porta SNMP',
  'UDP port of the printer; 161 for all but special set-ups.':
    'Porta UDP da impressora; 161, salvo em casos especiais.',
  'SNMP device index': 'Índice SNMP do dispositivo',
  '1 for most; print servers number their printers.':
    '1 na maioria; servidores numeram as suas impressoras.',
  'SNMP interval': 'Intervalo de SNMP',
  'What changes at the printer is told within this time; it is asked a little more often.':
    'O que muda na impressora é dito dentro deste tempo; pergunta-se um pouco mais vezes.',

  Queue: 'Fila',
  'What the printer calls its queue: "lp" for most; see its configuration page.':
    'Como a impressora chama à sua fila: “lp” na maioria; veja a página de configuração.',
  'Order of files': 'Ordem dos ficheiros',
  'Some old servers want the data before the control file.':
    'Alguns servidores antigos querem os dados antes do ficheiro de controlo.',
  'Control file first': 'Primeiro o ficheiro de controlo',
  'Data file first': 'Primeiro o ficheiro de dados',
  'File format': 'Formato do ficheiro',
  'What the control file says of the data; printers take everything as it is with "l".':
    'O que o ficheiro de controlo diz dos dados; com “l” a impressora toma tudo como é.',
  'l: as it is': 'l: tal como é',
  'f: text': 'f: texto',
  'p: text with headers': 'p: texto com cabeçalhos',
  'v: raster': 'v: imagem',
  'g: plot': 'g: traçado',
  'Banner page': 'Página de rosto',
  'Asks the printer for a page with the name of the user.':
    'Pede à impressora uma página com o nome do utilizador.',
  'Documents of unknown size': 'Documentos de tamanho desconhecido',
  'LPD tells the size first. Some printers take a large one and print at the end.':
    'O LPD diz primeiro o tamanho. Algumas impressoras aceitam um grande e imprimem no fim.',
  Refuse: 'Recusar',
  'Announce 2 GiB and close at the end': 'Anunciar 2 GiB e fechar no fim',
  'Needs the acknowledgement': 'Precisa da confirmação',
  'Off for printers that take a document and never say so.':
    'Desligado para impressoras que aceitam um documento e nunca o dizem.',
  'Reserved source port': 'Porta de origem reservada',
  'Connects from ports 721 to 731, which some servers want; needs that capability.':
    'Liga-se das portas 721 a 731, como alguns servidores querem; precisa dessa permissão.',

  'Printer URI': 'URI da impressora',
  'ipps://printer.example/ipp/print for most printers; ipp:// where it has no TLS.':
    'ipps://printer.example/ipp/print na maioria; ipp:// onde não há TLS.',
  'User name': 'Nome de utilizador',
  'For printers that ask who prints; sent only where there is a password too.':
    'Para impressoras que perguntam quem imprime; só é enviado com palavra-passe.',
  Password: 'Palavra-passe',
  'Sent by TLS only; it is never shown again.': 'Só enviada por TLS; não volta a ser mostrada.',

  Printer: 'Impressora',
  'By its serial number it is known in every socket; by its socket, whatever is there.':
    'Pelo número de série é conhecida em qualquer tomada; pela tomada, a que lá estiver.',
  Protocol: 'Protocolo',
  'raw: documents as they are. ipp: IPP over USB; the printer tells when it printed.':
    'raw: documentos tal como são. ipp: IPP sobre USB; a impressora diz quando imprimiu.',
  'raw where the printer takes it, else IPP': 'raw onde a impressora o aceita, senão IPP',
  'IPP over USB': 'IPP sobre USB',

  'Bits per second': 'Bits por segundo',
  'As the printer is set: its configuration page says it.':
    'Como a impressora está definida: a página de configuração di-lo.',
  'Data bits': 'Bits de dados',
  '8 for all but very old printers.': '8, salvo em impressoras muito antigas.',
  Parity: 'Paridade',
  'As the printer is set.': 'Como a impressora está definida.',
  None: 'Nenhum',
  Even: 'Par',
  Odd: 'Ímpar',
  'Stop bits': 'Bits de paragem',
  'Flow control': 'Controlo de fluxo',
  'How the printer says that it is full. With "none", bytes are lost when it is.':
    'Como a impressora diz que está cheia. Com “nenhum” perdem-se então bytes.',
  'Software (XON/XOFF)': 'Por software (XON/XOFF)',
  'Hardware (RTS/CTS)': 'Por hardware (RTS/CTS)',
  'Most printers want it on while the box may send.':
    'A maioria quer-o ligado enquanto a caixa pode enviar.',
  Device: 'Dispositivo',
  '/dev/ttyUSB0 is the first USB adapter, /dev/ttyS0 the first port of the board.':
    '/dev/ttyUSB0 é o primeiro adaptador USB, /dev/ttyS0 a primeira porta da placa.',
  '/dev/lp0 is the first parallel port. A USB-parallel cable is a port of the kind "usb".':
    '/dev/lp0 é a primeira porta paralela. Um cabo USB-paralelo é uma porta do tipo “usb”.',

  'File or FIFO': 'Ficheiro ou FIFO',
  'A plain name in the output folder of the data folder. A file is made; a FIFO is not.':
    'Um nome simples na pasta output da pasta de dados. Um ficheiro é criado; um FIFO não.',
  'Each document': 'Cada documento',
  'Where a document begins in a file; a FIFO just takes it.':
    'Onde um documento começa no ficheiro; um FIFO apenas o recebe.',
  'comes after the one before': 'vem depois do anterior',
  'replaces the one before': 'substitui o anterior',

  'The printer has no port.': 'A impressora não tem porta.',
  'The printer is disabled; jobs wait until it is enabled again.':
    'A impressora está em pausa; os trabalhos esperam até ser retomada.',
  'the printer takes no data': 'a impressora não recebe dados',
  'the printer takes no data ({place})': 'a impressora não recebe dados ({place})',
  'the printer is busy and takes no data': 'a impressora está ocupada e não recebe dados',
  'the printer is out of paper': 'a impressora está sem papel',
  'the printer is off-line': 'a impressora está off-line',
  'the printer reports an error': 'a impressora indica um erro',
  'the printer was unplugged, or is off': 'a impressora foi desligada da caixa ou da corrente',
  'the printer does not answer: look at media, ribbon and head':
    'a impressora não responde: veja papel, fita e cabeça',
  'the printer does not answer, not even after a reset of its port':
    'a impressora não responde, nem depois de reiniciar a porta',
  'the printer holds the line: it is full, off-line or out of paper':
    'a impressora retém a linha: está cheia, off-line ou sem papel',
  'the printer refused the document': 'a impressora recusou o documento',
  'nobody reads the FIFO': 'ninguém lê o FIFO',
  '{why} It broke off again: it waits for a person, since it may have printed.':
    '{why} Foi interrompido outra vez: espera por uma pessoa, pois pode já estar em papel.',
  "{why} The printer's policy holds such jobs; it may have printed in part.":
    '{why} Esta impressora retém tais trabalhos; pode estar em parte no papel.',
  '{why} It starts again from its first byte and may print twice.':
    '{why} Recomeça do primeiro byte e pode sair duas vezes.',
  'The appliance stopped while the job was printing.':
    'O aparelho parou enquanto o trabalho imprimia.',
  '{what} did not end in time and was cut off': '{what} não acabou a tempo e foi interrompido',

  '{what} was given up': '{what} foi abandonado',
  '{what} did not answer in time': '{what} não respondeu a tempo',
  '{what} refused the connection': '{what} recusou a ligação',
  '{what} broke the connection': '{what} cortou a ligação',
  '{what} was cut off by this appliance': '{what} foi cortado por este aparelho',
  '{what} cannot be reached': '{what} não está ao alcance',
  '{what} is a name nobody knows': '{what} é um nome que ninguém conhece',
  '{what} is an address that may not be used here':
    '{what} é um endereço que não pode ser usado aqui',
  '{what} is in use by another program': '{what} está a ser usado por outro programa',
  '{what} is no address of this machine': '{what} não é um endereço desta máquina',
  '{what} does not exist': '{what} não existe',
  '{what} exists already': '{what} já existe',
  '{what} is not permitted': '{what} não é permitido',
  '{what} has no space left': '{what} não tem espaço livre',
  '{what} is read-only': '{what} só pode ser lido',
  '{what} has no descriptors left': '{what} não tem mais descritores',
  '{what} is gone': '{what} desapareceu',
  '{what} refused a transfer': '{what} recusou uma transferência',
  '{what} could not be read or written': '{what} não pôde ser lido ou escrito',
  '{what} is damaged': '{what} está danificado',
  '{what} is busy': '{what} está ocupado',
  '{what} is larger than allowed': '{what} é maior do que o permitido',
  '{what} is closed': '{what} está fechado',
  '{what} failed': '{what} falhou',
};
